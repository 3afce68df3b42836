import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { nixOrFail, storeUrl, type NixSandbox } from "../../../sandbox/nixCommand.ts";
import { skip } from "../../skips.ts";
import { anonymous, Bucket } from "../objects.ts";
import { theWorld } from "../world.ts";
import { BuildMachine } from "./builder.ts";

/** What was built. */
export interface Built {
    /** Full store paths of the outputs, in the order of their names. */
    readonly outputs: readonly string[];
    /** Full store path of the derivation. */
    readonly drv: string;
}

/** A machine whose Nix builds, and the cache that it pushes to. */
export interface BuildingMachine {
    readonly machine: BuildMachine;
    /** The cache, as anybody sees it. */
    readonly cache: Bucket;
    readonly admin: Bucket;
}

/** Makes one, with a stack of this name, or skips the tests of a suite where Nix cannot build. */
export async function buildingMachine(test: Mocha.Context, name: string): Promise<BuildingMachine> {
    if ((await theWorld()).tools.nix === undefined) skip(test, "nix");
    if (!canBuild()) skip(test, "build");
    const machine = await BuildMachine.of(name);
    return {
        machine,
        cache: new Bucket(anonymous(machine.stack), name),
        admin: new Bucket(machine.stack.minio.connection, name),
    };
}

/** Pushes paths by `nix-cache push`. @returns all that it says */
export async function pushNow(machine: BuildMachine, ...args: readonly string[]): Promise<string> {
    const files = ["--host-config", machine.given().hostConfigFile];
    const { status, stdout, stderr } = await machine.cli("push", [...files, ...args]);
    assert.equal(status, 0, stdout + stderr);
    return stdout + stderr;
}

/** Whether Nix can build in a store that is a folder: it makes namespaces for that. */
function canBuild(): boolean {
    return process.platform === "linux" && process.getuid?.() === 0;
}

/**
 * Lets real Nix build in the machine's store: a script of /bin/sh, whose programs
 * are the machine's.
 *
 * @param attributes further attributes of the derivation, in Nix's language
 * @param settings further lines for nix.conf
 */
export async function build(
    machine: BuildMachine,
    name: string,
    script: string,
    { attributes = "", settings = "" } = {},
): Promise<Built> {
    const store = storeUrl(machine.store.root);
    const conf = [
        "sandbox = true",
        `sandbox-paths = ${["/bin", "/lib", "/lib64", "/usr"].filter((one) => existsSync(one)).join(" ")}`,
        settings,
    ].join("\n");
    const drv = await instantiate(machine.sandbox, store, name, script, attributes, conf);
    const made = await nixOrFail(machine.sandbox, "nix-store", ["--store", store, "--realise", drv], conf);
    return { drv, outputs: made.split("\n") };
}

/** Brings the same derivation into any store, not built. @returns its full store path */
export function instantiate(
    sandbox: NixSandbox,
    store: string,
    name: string,
    script: string,
    attributes: string,
    settings: string,
): Promise<string> {
    const text = JSON.stringify(script).replaceAll("${", "\\${");
    const expression = `derivation { name = "${name}"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" ${text} ]; PATH = "/usr/bin:/bin"; ${attributes} }`;
    return nixOrFail(sandbox, "nix-instantiate", ["--store", store, "--expr", expression], settings);
}
