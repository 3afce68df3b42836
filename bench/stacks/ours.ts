import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { configure, openStack } from "../../sandbox/stack.ts";
import { stackEnvironment, type StackPlace } from "../../sandbox/stackPlace.ts";
import { binFolder, makePulumiHome } from "../../toolchain/pulumiHome.ts";
import type { Tools } from "../../toolchain/tools.ts";
import type { Arena } from "../contestant.ts";
import { MAIN } from "../contestants/ours.ts";
import type { Command } from "../measure.ts";

/** Makes an empty stack for a bucket. @returns what runs one of our commands on it */
export async function newStack(
    arena: Arena,
    tools: Tools,
    bucket: string,
): Promise<(name: string) => Command> {
    const workDir = arena.folder("stack");
    copyFileSync(join(projectDir, "Pulumi.yaml"), join(workDir, "Pulumi.yaml"));
    const passphraseFile = join(workDir, "passphrase");
    writeFileSync(passphraseFile, "correct horse battery staple", { mode: 0o600 });
    const pulumiHome = arena.folder("pulumi-home");
    makePulumiHome(pulumiHome, tools);
    const state = arena.folder("state");
    const place: StackPlace = { stackName: "bench", workDir, state, pulumiHome, passphraseFile, tools };
    const own = {
        "nix-cache:bucket": bucket,
        "nix-cache:builders": [`${bucket}-builder`],
        "nix-cache:protect": false,
    };
    // JSON is YAML too. A list cannot be set as a string.
    writeFileSync(join(workDir, "Pulumi.bench.yaml"), JSON.stringify({ config: own }));
    const { address, caFile, connection } = arena.server.minio;
    await configure(await openStack(place), place, {
        "minio:minioServer": { value: address },
        "minio:minioUser": { value: connection.accessKey },
        "minio:minioPassword": { value: connection.secretKey, secret: true },
        "minio:minioSsl": { value: "true" },
        "minio:minioCacertFile": { value: caFile },
    });
    const env = environment(place);
    return (name) => ({ program: process.execPath, args: [MAIN, name], env, cwd: workDir });
}

/** The environment in which Pulumi works on a stack. */
export function environment(place: StackPlace): NodeJS.ProcessEnv {
    return {
        ...process.env,
        ...stackEnvironment(place),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PATH: `${binFolder(place.pulumiHome)}:${process.env.PATH ?? ""}`,
    };
}
