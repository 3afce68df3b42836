import { nixEnvironment } from "../../../sandbox/nixCommand.ts";
import type { Outcome } from "../../../src/system/run.ts";
import { nixCache, shellEnvironment } from "../cli.ts";
import { Bucket } from "../objects.ts";
import type { BuildMachine } from "../pushing/builder.ts";

/** The environment of somebody who works on the stack, on a machine that has Nix and its store. */
export function mendEnvironment(machine: BuildMachine): NodeJS.ProcessEnv {
    const shell = shellEnvironment(machine.stack);
    return {
        ...nixEnvironment(machine.sandbox),
        ...shell,
        PATH: `${machine.sandbox.nix}:${shell.PATH ?? ""}`,
        NIX_CACHE_STORE: machine.store.nix.store,
    };
}

/** Runs a command in the stack's folder, on that machine. */
export function mend(machine: BuildMachine, ...args: string[]): Promise<Outcome> {
    return nixCache(machine.stack, args, { env: mendEnvironment(machine) });
}

/** What a bucket holds: names with what each was written with, and when. */
export async function stateOf(admin: Bucket): Promise<Map<string, string>> {
    const { body } = await admin.request("GET", "", { query: { "list-type": "2" } });
    const objects = [
        ...body.toString().matchAll(/<Key>([^<]+)<\/Key><LastModified>([^<]+)<.*?<ETag>([^<]+)</g),
    ];
    return new Map(objects.map(([, key = "", time = "", etag = ""]) => [key, `${time} ${etag}`]));
}
