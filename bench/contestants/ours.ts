import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nixEnvironment, storeUrl } from "../../sandbox/nixCommand.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { storeUri, substituterUrl } from "../../src/hosts/addresses.ts";
import { awsCredentials } from "../../src/hosts/awsCredentials.ts";
import { nixConf } from "../../src/hosts/nixConf.ts";
import { UserError } from "../../src/cache/problem.ts";
import { lastLine, run } from "../../src/system/run.ts";
import type { Arena, Contestant, Job } from "../contestant.ts";

/** The compiled command, which is what an installed package runs. */
export const MAIN = join(projectDir, "dist", "src", "cli", "main.js");

/** `nix-cache push`, which works a queue. */
export function ours(arena: Arena): Contestant {
    return {
        name: "nix-cache push",
        open: (bucket) => {
            const machine = machineOf(arena, bucket);
            return Promise.resolve({
                push: async ({ paths }: Job) => {
                    const env = { ...machine, NIX_CACHE_QUEUE: join(arena.folder("queue"), "queue") };
                    const queued = await run(process.execPath, [MAIN, "enqueue", ...paths], { env });
                    if (queued.stderr !== "")
                        throw new UserError(`nix-cache enqueue: ${lastLine(queued.stderr)}`);
                    const flags =
                        arena.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${arena.profile}`];
                    return [{ program: process.execPath, args: [...flags, MAIN, "push"], env }];
                },
                close: () => Promise.resolve(),
            });
        },
    };
}

/** The environment of a machine that builds and pushes into a bucket: files and names, no secret. */
export function machineOf(arena: Arena, bucket: string): NodeJS.ProcessEnv {
    const { url, accessKey, secretKey, ca } = arena.server.minio.connection;
    const dir = arena.folder("ours");
    const file = (name: string, text: string) => {
        writeFileSync(join(dir, name), text, { mode: 0o600 });
        return join(dir, name);
    };
    const { publicKey } = arena.key;
    const substituter = substituterUrl(url, bucket);
    const host = {
        version: 1,
        substituter,
        bucket,
        endpoint: url,
        region: "us-east-1",
        storeUri: storeUri(url, bucket, "us-east-1", accessKey),
        publicKey,
        trustedPublicKeys: [publicKey],
        priority: 30,
        expireDays: 30,
        narGraceDays: 7,
        builders: [accessKey],
        nixConf: nixConf(substituter, [publicKey]),
        usagePage: `${substituter}/usage.html`,
        caCertificate: ca,
    };
    const nix = nixEnvironment({ ...arena.nix, dir });
    return {
        ...nix,
        PATH: `${arena.nix.nix}:${nix.PATH ?? ""}`,
        NIX_CACHE_HOST_CONFIG_FILE: file("hostConfig", JSON.stringify(host)),
        AWS_SHARED_CREDENTIALS_FILE: file("credentials", awsCredentials([{ accessKey, secretKey }])),
        NIX_CACHE_SIGNING_KEY_FILE: arena.key.file,
        NIX_CACHE_STORE: storeUrl(arena.root),
    };
}
