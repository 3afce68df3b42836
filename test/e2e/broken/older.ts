import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bucket } from "../objects.ts";
import type { BuildMachine } from "../pushing/builder.ts";
import { newFolder } from "../world.ts";

/**
 * Fills a cache as versions before the engine of our own did, and as people do
 * by hand: Nix makes NARs, named after the hash of their file, and narinfos in a
 * folder, which is uploaded.
 *
 * @param compression as Nix names it
 */
export async function pushByNix(
    machine: BuildMachine,
    admin: Bucket,
    paths: readonly string[],
    compression: string,
): Promise<void> {
    const folder = newFolder("by-nix");
    const key = encodeURIComponent(machine.given().signingKeyFile);
    const to = `file://${folder}?compression=${compression}&secret-key=${key}`;
    await machine.store.copyTo(to, paths);
    const nars = readdirSync(join(folder, "nar")).map((name) => `nar/${name}`);
    const narinfos = readdirSync(folder).filter((name) => name.endsWith(".narinfo"));
    for (const name of [...nars, ...narinfos]) {
        const body = readFileSync(join(folder, name));
        assert.equal((await admin.request("PUT", name, { body })).status, 200);
    }
}
