import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nixSha256 } from "../src/cache/nar.ts";
import { parseNarinfo, verifyNarinfo, type NarInfo } from "../src/cache/narinfo.ts";
import { UserError } from "../src/cache/problem.ts";
import type { Connection } from "../src/s3/connection.ts";
import { send } from "../src/s3/request.ts";
import { closurePaths, lastContents, narinfoName } from "./closure.ts";
import { nix, nixError, nixOrFail, storeUrl, type NixSandbox } from "./nixCommand.ts";

/**
 * Lets real Nix substitute the closure's last path, with all that it refers to,
 * into an empty store, and checks content and signatures there.
 *
 * @param nixConf the stack's lines for nix.conf, all the settings it gets
 * @throws UserError with what Nix said
 */
export async function readWithNix(sandbox: NixSandbox, nixConf: string): Promise<void> {
    const root = join(sandbox.dir, "read");
    const top = closurePaths().at(-1) ?? "";
    await nixOrFail(sandbox, "nix-store", ["--store", storeUrl(root), "--realise", top], nixConf);
    await nixOrFail(
        sandbox,
        "nix",
        ["store", "verify", "--store", storeUrl(root), "--recursive", top],
        nixConf,
    );
    if (readFileSync(join(root, top), "utf8") !== lastContents()) {
        throw new UserError(`${top} came back from the cache with other contents`);
    }
}

/**
 * The same with another key under the right name: Nix must refuse it.
 *
 * @param nixConf as above, with that key
 * @throws UserError when Nix takes the path, or refuses it for another reason
 */
export async function mustBeRefusedByNix(sandbox: NixSandbox, nixConf: string): Promise<void> {
    const store = storeUrl(join(sandbox.dir, "refused"));
    const top = closurePaths().at(-1) ?? "";
    const { status, stderr } = await nix(sandbox, "nix-store", ["--store", store, "--realise", top], nixConf);
    if (status === 0) throw new UserError(`Nix takes ${top} without the signature of a trusted key`);
    if (!/signature|not signed/.test(stderr)) {
        throw new UserError(`Nix refuses ${top}, but not for its signature: ${nixError(stderr)}`);
    }
}

/**
 * Reads the closure without Nix and checks what Nix would: a trusted signature
 * of each narinfo, and each NAR's hash and size. Only for NARs without
 * compression, as {@link exportWithoutNix} makes them.
 *
 * @throws UserError naming the first file that does not fit
 */
export async function readWithoutNix(
    anonymous: Connection,
    bucket: string,
    trustedPublicKeys: readonly string[],
): Promise<void> {
    for (const path of closurePaths()) {
        const info = await getNarinfo(anonymous, bucket, path);
        if (info === undefined || !verifyNarinfo(info, trustedPublicKeys)) {
            throw new UserError(`the cache has no narinfo of ${path} that a trusted key signed`);
        }
        // A NAR that real Nix compressed earlier was checked then.
        if (info.compression !== "none") continue;
        const nar = await send(anonymous, {
            method: "GET",
            path: `/${bucket}/${info.url}`,
            kind: "smallNar",
        });
        if (nar.status !== 200 || nar.body.length !== info.narSize || nixSha256(nar.body) !== info.narHash) {
            throw new UserError(`the cache's ${info.url} is not what its narinfo says`);
        }
    }
}

/** Whether anybody can read every narinfo of the closure, with a signature of a trusted key, and every NAR is there. */
export async function isInCache(
    anonymous: Connection,
    bucket: string,
    trustedPublicKeys: readonly string[],
): Promise<boolean> {
    const found = await Promise.all(
        closurePaths().map(async (path) => {
            const info = await getNarinfo(anonymous, bucket, path);
            if (info === undefined || !verifyNarinfo(info, trustedPublicKeys)) return false;
            return (
                (await send(anonymous, { method: "HEAD", path: `/${bucket}/${info.url}`, kind: "short" }))
                    .status === 200
            );
        }),
    );
    return found.every((there) => there);
}

async function getNarinfo(anonymous: Connection, bucket: string, path: string): Promise<NarInfo | undefined> {
    const answer = await send(anonymous, {
        method: "GET",
        path: `/${bucket}/${narinfoName(path)}`,
        kind: "narinfo",
    });
    return answer.status === 200 ? parseNarinfo(answer.body.toString()) : undefined;
}
