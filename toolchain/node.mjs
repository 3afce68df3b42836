// Runs a TypeScript file of this project: `node toolchain/node.mjs sandbox/start.ts --flag`.
//
// Plain JavaScript for Node 18 and newer, because it is what gets a Node that
// runs TypeScript where the machine's own is older, and the npm packages where
// they are missing. It prints on stderr alone: `npm run -s env` is evaluated by
// a shell.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { endAs, Failure, npm, run, tell } from "./children.mjs";
import { oneAtATime } from "./oneAtATime.mjs";
import { packagesAreOld, root } from "./packageAge.mjs";

/** Not in package.json: the package's binary does not run on NixOS, where Node comes from nixpkgs. */
const NODE_VERSION = "24.21.0";

try {
    const node = await modernNode();
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
    if (packagesAreOld()) {
        const installer = join(root, "toolchain", "installPackages.mjs");
        const end = await run(node, [installer], { stdio: ["inherit", 2, 2], env });
        if (end.signal !== null || end.status !== 0) endAs(end);
    }
    const [entry, ...args] = process.argv.slice(2);
    if (entry === undefined) throw new Failure("usage: node toolchain/node.mjs FILE.ts [ARGUMENT…]");
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

    mkdirSync(cache, { recursive: true });
    const waiting = () => tell(`Waiting for the Node ${NODE_VERSION} that another run gets …`);
    await oneAtATime(join(cache, "node-making.socket"), waiting, async () => {
        if (!existsSync(node)) await getNode(cache, folder);
    });
    return node;
}

async function getNode(cache, folder) {
    tell(`Node ${process.version} does not run TypeScript; getting Node ${NODE_VERSION} into ${folder} …`);
    // Made under another name and renamed, so that an interrupted or a second installation never leaves half a Node.
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
        if (!existsSync(made.replace(temporary, folder))) throw error;
    }
}
