import { join } from "node:path";
import { nixEnvironment, storeUrl } from "../sandbox/nixCommand.ts";
import { substituterUrl } from "../src/hosts/addresses.ts";
import type { Arena } from "./contestant.ts";
import type { Command } from "./measure.ts";

/** Real Nix, without credentials and with nothing in its store and caches, reads paths with all that they refer to, and checks each signature and hash. */
export function readBack(arena: Arena, bucket: string, paths: readonly string[]): Command {
    const dir = arena.folder("reader");
    const from = substituterUrl(arena.server.minio.connection.url, bucket);
    const settings = [
        `trusted-public-keys = ${arena.key.publicKey}`,
        "http-connections = 25",
        "fsync-metadata = false",
    ].join("\n");
    return {
        program: join(arena.nix.nix, "nix"),
        args: ["copy", "--from", from, "--to", storeUrl(join(dir, "store")), ...paths],
        env: nixEnvironment({ ...arena.nix, dir }, settings),
    };
}
