// Runs a TypeScript file of this project: `node toolchain/node.mjs sandbox/start.ts --flag`.
//
// Plain JavaScript for Node 18 and newer, because it is what gets a Node that
// runs TypeScript where the machine's own is older, and the npm packages where
// they are missing. It prints on stderr alone: `npm run -s env` is evaluated by
// a shell.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { constants, homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Not in package.json: the package's binary does not run on NixOS, where Node comes from nixpkgs. */
const NODE_VERSION = "24.21.0";
const SECONDS_BETWEEN_SIGNS_OF_LIFE = 15;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tell = (line) => process.stderr.write(`${line}\n`);

/** Ends with one line and no stack trace. */
class Failure extends Error {}

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

try {
    const node = await modernNode();
    await installPackages();
    const [entry, ...args] = process.argv.slice(2);
    if (entry === undefined) throw new Failure("usage: node toolchain/node.mjs FILE.ts [ARGUMENT…]");
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
    const end = await run(node, [resolve(root, entry), ...args], { stdio: "inherit", env });
    endAs(end);
} catch (error) {
    if (!(error instanceof Failure)) throw error;
    tell(`error: ${error.message}`);
    process.exitCode = 1;
}

/** A Node that runs TypeScript by itself (22.18 and newer): this one, or npm's package `node` in the cache folder. */
async function modernNode() {
    if (process.features.typescript) return process.execPath;
    const home = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
    const cache = join(home, "pulumi-nix-cache");
    const folder = join(cache, `node-${NODE_VERSION}`);
    const node = join(folder, "node_modules", "node", "bin", "node");
    if (existsSync(node)) return node;

    tell(`Node ${process.version} does not run TypeScript; getting Node ${NODE_VERSION} into ${folder} …`);
    // Made under another name and renamed, so that an interrupted or a second installation never leaves half a Node.
    mkdirSync(cache, { recursive: true });
    const temporary = mkdtempSync(join(cache, "node-making-"));
    process.once("exit", () => rmSync(temporary, { recursive: true, force: true }));
    // The package fetches the binary for this machine in an install script.
    await npm("install", ["--ignore-scripts=false", "--prefix", temporary, `node@${NODE_VERSION}`], cache);
    const made = join(temporary, "node_modules", "node", "bin", "node");
    if (spawnSync(made, ["--version"]).status !== 0) {
        throw new Failure(
            `npm's Node ${NODE_VERSION} does not run on this system (on NixOS: nix develop); install Node 22.18 or newer`,
        );
    }
    try {
        renameSync(temporary, folder);
    } catch (error) {
        // Another clone was first.
        if (!existsSync(node)) throw error;
    }
    return node;
}

/** Brings node_modules to what package-lock.json says, when it is missing or older. */
async function installPackages() {
    const changed = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    // npm writes this file last, so an interrupted installation counts as none.
    if (changed("node_modules/.package-lock.json") >= changed("package-lock.json")) return;
    tell("Installing the npm packages …");
    // No install script is needed here; one of them would fetch a Pulumi plugin that is not used.
    await npm("ci", ["--ignore-scripts", "--include=dev"], root);
}

async function npm(command, args, cwd) {
    const quiet = ["--loglevel=error", "--no-fund", "--no-audit", "--no-update-notifier"];
    const started = Date.now();
    const alive = setInterval(
        () => tell(`  npm ${command} is at work (${Math.round((Date.now() - started) / 1000)} s)`),
        SECONDS_BETWEEN_SIGNS_OF_LIFE * 1000,
    );
    // stdout of npm goes to stderr.
    const end = await run("npm", [command, ...quiet, ...args], { stdio: ["ignore", 2, 2], cwd });
    clearInterval(alive);
    if (end.signal !== null) endAs(end);
    if (end.status !== 0) throw new Failure(`npm ${command} failed (its own words are above)`);
}

/** Runs a program to its end. */
function run(command, args, options) {
    return new Promise((done, fail) => {
        child = spawn(command, args, options);
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

/** Ends this process as its child ended. */
function endAs({ status, signal }) {
    if (signal === null) process.exit(status);
    // Without its handler, the signal ends this process too, and its caller sees by what.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
}
