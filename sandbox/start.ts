import { existsSync, rmSync, writeFileSync } from "node:fs";
import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { UserError } from "../src/cache/problem.ts";
import { pastDeadLock } from "../src/engine/deadLock.ts";
import { follow, summary } from "../src/engine/follow.ts";
import { sayOn } from "../src/system/progress.ts";
import { checkArguments, command, uncut } from "./command.ts";
import { takeLock } from "./lock.ts";
import { startMinio, type Minio } from "./minio.ts";
import { filesOf, stopMinio } from "./minioProcess.ts";
import { endOrphanedPlugins } from "./orphans.ts";
import { paths } from "./paths.ts";
import { ensureRoot, prepare, sandboxConfig, sandboxPlace } from "./place.ts";
import { prove } from "./proof.ts";
import { sandboxTools } from "./remembered.ts";
import { configure, deploy, openStack } from "./stack.ts";

const say = sayOn(process.stdout);

const HEAL = 'eval "$(npm run -s env)"; npm run -s drift; npm run -s heal';

await command(async () => {
    checkArguments();
    ensureRoot();
    await takeLock(paths.lock);
    refuseLostState();
    const tools = await sandboxTools(say);
    await forgetUnfinished();

    const minio = await startMinio({ binary: tools.minio, dir: paths.minio, detached: true });
    say(
        `MinIO ${{ running: "runs", started: "started", moved: "started" }[minio.found]} on ${minio.connection.url}`,
    );
    if (minio.found === "moved") say("  (another program has taken the port of last time)");

    prepare(tools, minio);
    const place = sandboxPlace(tools);
    let drifted = false as boolean;
    const stack = await openStack(place, (findings) => (drifted = findings.length > 0));
    await endOrphanedPlugins(place.pulumiHome);
    for (const key of await configure(stack, place, sandboxConfig(minio)))
        say(`  ${key} in Pulumi.sandbox.yaml was another; it is the sandbox's own again`);
    say("Deploying the stack");
    const { onTold } = follow("up", (line) => say(`  ${line}`));
    // The Pulumi of a start that was killed comes to its end by itself.
    const { changes, outputs } = await uncut(() =>
        pastDeadLock({ folder: place.workDir, stack: place.stackName }, () => deploy(stack, onTold), {
            waitSeconds: 20,
            shell: 'eval "$(npm run -s env)"; ',
        }),
    );
    const changed = summary(changes);
    say(`  ${changed ?? "no changes"}`);
    writeFileSync(paths.ready, "");

    say("Proving it");
    const sent = await provenBy(minio, outputs, tools.nix).catch(withNextStep);
    summarize(outputs, minio.found === "running" && changed === undefined && sent === 0);
    if (drifted)
        say(`\nBut somebody has changed it by hand (the warnings above). To put it back:\n  ${HEAL}`);
});

/** A cache that was deployed and does not work was changed by hand. */
function withNextStep(error: unknown): never {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}\nSee what was changed by hand, and put it back:\n  ${HEAL}`);
}

/** The cache is there and its stack is not: a new one would give it new keys. */
function refuseLostState(): void {
    if (!existsSync(paths.ready) || existsSync(paths.state)) return;
    throw new UserError(
        `the sandbox's stack was lost (${paths.state}), its cache was not. With a backup:\n  eval "$(npm run -s env)"; npm run -s restore -- FILE --stack sandbox; npm start\nWithout: npm run clean, which removes the cache too`,
    );
}

/**
 * A first start that was cut off may have left users and a bucket on the server
 * that the state does not know. Nobody had their secrets yet, so it all goes.
 */
async function forgetUnfinished(): Promise<void> {
    if (existsSync(paths.ready) || !existsSync(paths.state)) return;
    say("An earlier start did not come to its end; starting afresh");
    await stopMinio(paths.minio);
    rmSync(filesOf(paths.minio).data, { recursive: true, force: true });
    rmSync(paths.state, { recursive: true, force: true });
}

function provenBy(minio: Minio, outputs: OutputMap, nix: string | undefined): Promise<number> {
    const anonymous = { url: minio.connection.url, ca: minio.connection.ca };
    const builders = output(outputs, "builders") as Record<string, { accessKey: string; secretKey: string }>;
    return prove(
        {
            ...(nix === undefined ? {} : { nix }),
            bundle: paths.bundle,
            bucket: bucketOf(outputs),
            anonymous,
            builder: { ...anonymous, ...Object.values(builders)[0] },
            publicKey: output(outputs, "publicKey") as string,
            trustedPublicKeys: output(outputs, "trustedPublicKeys") as string[],
            secretKey: output(outputs, "secretKey") as string,
            nixConf: output(outputs, "nixConf") as string,
        },
        say,
    );
}

function summarize(outputs: OutputMap, unchanged: boolean): void {
    say(`
The cache works.${unchanged ? " This start has changed nothing." : ""}

  public key   ${String(output(outputs, "publicKey"))}
  substituter  ${String(output(outputs, "substituter"))}
  how to use   ${String(output(outputs, "usagePage"))}

Try it:
  eval "$(npm run -s env)"          puts this shell into the sandbox, with its tools
  mc ls sandbox/${bucketOf(outputs)}
  pulumi stack output
Stop it:
  npm stop                          ends MinIO; npm start goes on where it was
  npm run clean                     removes all of it (-- --tools: the tools too)`);
}

function bucketOf(outputs: OutputMap): string {
    return (output(outputs, "hostConfig") as { bucket: string }).bucket;
}

function output(outputs: OutputMap, name: string): unknown {
    return outputs[name]?.value;
}
