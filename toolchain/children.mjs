// What node.mjs and installPackages.mjs run, and how they end with it. Plain JavaScript for Node 18 and newer.
import { spawn } from "node:child_process";
import { constants } from "node:os";

const SECONDS_BETWEEN_SIGNS_OF_LIFE = 15;

/** Prints a line on stderr: stdout is the program's own, and `npm run -s env` is evaluated by a shell. */
export const tell = (line) => process.stderr.write(`${line}\n`);

/** Ends with one line and no stack trace. */
export class Failure extends Error {}

/** The child that signals are passed on to: whichever runs now. */
let child;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
        // Where nothing runs in between two steps, the signal ends this process as it would have without a handler.
        if (child === undefined) process.exit(128 + constants.signals[signal]);
        // A terminal sends Ctrl-C to every process of its group, the child included.
        else if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
}

/**
 * Runs a program to its end.
 *
 * @param started is called with its process id
 */
export function run(command, args, options, started = () => {}) {
    return new Promise((done, fail) => {
        child = spawn(command, args, options);
        if (child.pid !== undefined) started(child.pid);
        child.on("error", (error) => {
            child = undefined;
            fail(new Failure(`${command} cannot be run: ${error.code ?? error.message}`));
        });
        child.on("exit", (status, signal) => {
            child = undefined;
            done({ status, signal });
        });
    });
}

/** Runs npm to its end, with a line from time to time. */
export async function npm(command, args, cwd, started) {
    const quiet = ["--loglevel=error", "--no-fund", "--no-audit", "--no-update-notifier"];
    const since = Date.now();
    const alive = setInterval(
        () => tell(`  npm ${command} is at work (${Math.round((Date.now() - since) / 1000)} s)`),
        SECONDS_BETWEEN_SIGNS_OF_LIFE * 1000,
    );
    try {
        // stdout of npm goes to stderr.
        const end = await run("npm", [command, ...quiet, ...args], { stdio: ["ignore", 2, 2], cwd }, started);
        if (end.signal !== null) endAs(end);
        if (end.status !== 0) throw new Failure(`npm ${command} failed (its own words are above)`);
    } finally {
        clearInterval(alive);
    }
}

/** Ends this process as its child ended. */
export function endAs({ status, signal }) {
    if (signal === null) process.exit(status);
    // Without its handler, the signal ends this process too, and its caller sees by what.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
}
