import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseNarinfo, verifyNarinfo } from "../../../src/cache/narinfo.ts";
import { nixOrFail, removeStore, storeUrl, type NixSandbox } from "../../../sandbox/nixCommand.ts";
import { parsePathInfo } from "../../../src/store/closure.ts";
import { expiryOf } from "../../../src/cache/expiryDates.ts";
import { anonymous, Bucket } from "../objects.ts";
import { newFolder } from "../world.ts";
import type { BuildMachine } from "./builder.ts";
import { UPSTREAM_KEY } from "./store.ts";

/**
 * Lets real Nix, without credentials, with an empty store and empty caches,
 * substitute these paths with all that they refer to. It checks each
 * signature and hash as it does so, and once more in the store.
 *
 * @param nixConf the lines that it has of the stack. Default: the machine's own
 * @returns store paths that it has then, all but upstream's
 */
export async function substitute(
    machine: BuildMachine,
    paths: readonly string[],
    nixConf = machine.host.nixConf,
): Promise<string[]> {
    const dir = newFolder("reader");
    const sandbox: NixSandbox = { ...machine.sandbox, dir: join(dir, "home") };
    mkdirSync(sandbox.dir);
    process.once("exit", () => removeStore(dir));
    const store = storeUrl(join(dir, "store"));
    // As a host has them: this cache beside the public one, which holds what was left to it.
    const settings = [
        nixConf,
        `extra-substituters = file://${machine.store.origin}?trusted=0&priority=90`,
        `extra-trusted-public-keys = ${UPSTREAM_KEY.publicKey}`,
    ].join("\n");
    await nixOrFail(sandbox, "nix-store", ["--store", store, "--realise", ...paths], settings);
    const verify = ["store", "verify", "--store", store, "--recursive", ...paths];
    await nixOrFail(sandbox, "nix", verify, settings);
    const query = ["path-info", "--store", store, "--recursive", "--json", ...paths];
    return parsePathInfo(await nixOrFail(sandbox, "nix", query))
        .filter(({ signatures }) => !signatures.some((one) => one.startsWith(UPSTREAM_KEY.name)))
        .map(({ path }) => path);
}

/** Looks at every narinfo of the bucket, as anybody: a signature that hosts accept, and a NAR that goes no earlier. */
export async function everyNarOutlives(machine: BuildMachine): Promise<number> {
    const bucket = new Bucket(anonymous(machine.stack), machine.host.bucket);
    const narinfos = (await bucket.list()).filter((key) => key.endsWith(".narinfo"));
    for (const key of narinfos) {
        const narinfo = await bucket.request("GET", key);
        const info = parseNarinfo(narinfo.body.toString());
        assert.ok(verifyNarinfo(info, machine.host.trustedPublicKeys), `${key} is signed`);
        const nar = await bucket.request("HEAD", info.url);
        assert.equal(nar.status, 200, `${info.url} of ${key}`);
        assert.ok(expiryOf(nar.headers) >= expiryOf(narinfo.headers), `${info.url} outlives ${key}`);
    }
    return narinfos.length;
}
