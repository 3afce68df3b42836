// Brings node_modules to what package-lock.json says: one process at a time, the others wait for it.
//
// Two `npm ci` at once take each other's files away. node.mjs starts this with a
// Node that runs TypeScript, because the lock is in TypeScript.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, npm, tell } from "./children.mjs";
import { packagesAreOld, root } from "./packageAge.mjs";
import { awaitProcessLock } from "../src/system/processLock.ts";
import { argumentsOf } from "../src/system/run.ts";

const lock = join(root, "node_modules.lock");
/** The number of the npm that is at work: it goes on when all that started it is killed, and the lock is free. */
const atWork = `${lock}.npm`;

try {
    await awaitProcessLock(lock, (holder) => tell(`Waiting for the npm packages that ${holder} installs …`));
    await earlierNpm();
    if (packagesAreOld()) {
        tell("Installing the npm packages …");
        // No install script is needed here; one of them would fetch a Pulumi plugin that is not used.
        await npm("ci", ["--ignore-scripts", "--include=dev"], root, (pid) =>
            writeFileSync(atWork, String(pid)),
        );
    }
    rmSync(atWork, { force: true });
} catch (error) {
    if (!(error instanceof Failure) && error?.name !== "UserError") throw error;
    tell(`error: ${error.message}`);
    process.exitCode = 1;
}

async function earlierNpm() {
    let number = 0;
    try {
        number = Number.parseInt(readFileSync(atWork, "utf8"), 10);
    } catch {
        return;
    }
    const works = async () => number > 0 && /\bnpm\b.* ci\b/.test((await argumentsOf(number)) ?? "");
    if (!(await works())) return;
    tell(`Waiting for the npm that an earlier run has left at work (process ${number}) …`);
    while (await works()) await sleep(200);
}
