import {
    accessSync,
    constants,
    existsSync,
    readdirSync,
    readFileSync,
    realpathSync,
    statSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder } from "../src/system/cacheFolder.ts";
import { run } from "../src/system/run.ts";
import {
    COMMAND_PLUGIN_VERSION,
    FITS,
    PLUGIN_VERSIONS,
    PULUMI_VERSION,
    type PluginName,
} from "./versions.ts";

/** A tool that is looked for by its command's name. */
export type ToolName = "pulumi" | "minio" | "mc";

/** Other names of the same command: some distributions leave `mc` to Midnight Commander. */
const COMMANDS: Record<ToolName, readonly string[]> = {
    pulumi: ["pulumi"],
    minio: ["minio"],
    mc: ["mc", "mcli"],
};

/** Real path of a file that can be run, or undefined. Never a link into a sandbox, which could point at itself. */
export function executable(path: string): string | undefined {
    try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile() ? realpathSync(path) : undefined;
    } catch {
        return undefined;
    }
}

/** What a tool says when it is asked for its version; empty when it does not answer in 15 s. */
export async function versionOf(path: string, argument = "--version"): Promise<string> {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = await run(path, [argument], { env, timeoutMs: 15_000 });
    return stdout.trim();
}

/** A tool on PATH, or where its own installer puts it, whose version lies in the range of versions.ts. */
export async function installedTool(name: ToolName): Promise<string | undefined> {
    const folders = [...pathFolders(), ...(name === "pulumi" ? pulumiFolders() : [])];
    const files = folders.flatMap((folder) => COMMANDS[name].map((command) => join(folder, command)));
    for (const file of new Set(files.flatMap((path) => executable(path) ?? []))) {
        // npm's wrapper downloads into every new PULUMI_HOME; what it downloaded is looked for in its own place.
        if (file.endsWith("/pulumi/run.js")) continue;
        if (FITS[name](await versionOf(file, name === "pulumi" ? "version" : "--version"))) return file;
    }
    return undefined;
}

/** A file in one of the cache's folders, the first that is there. */
export function cachedFile(file: string, ...folders: readonly string[]): string | undefined {
    return folders
        .map((folder) => executable(join(cacheFolder(), folder, file)))
        .find((path) => path !== undefined);
}

/** A provider plugin that `pulumi plugin install` put into the user's own PULUMI_HOME. */
export function installedPlugin(name: PluginName): string | undefined {
    return pluginOfUser(name, PLUGIN_VERSIONS[name]);
}

/** The plugin behind `hosts`: installed by the user, or in the folder that NIX_CACHE_TOOLCHAIN names. */
export function commandPlugin(): string | undefined {
    return pluginOfUser("command", COMMAND_PLUGIN_VERSION) ?? givenFile("pulumi-resource-command");
}

function pluginOfUser(name: string, version: string): string | undefined {
    return executable(
        join(pulumiHome(), "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`),
    );
}

/** A file in the folder that NIX_CACHE_TOOLCHAIN names, directly or in its `bin`. */
export function givenFile(file: string): string | undefined {
    const folder = process.env.NIX_CACHE_TOOLCHAIN ?? "";
    if (folder === "") return undefined;
    return executable(join(folder, "bin", file)) ?? executable(join(folder, file));
}

/** Pulumi's language host for Node.js: beside the CLI, or on PATH. Only `pulumi up` in a shell needs it. */
export function languageHost(pulumi: string): string | undefined {
    const file = "pulumi-language-nodejs";
    return [dirname(pulumi), ...pathFolders()]
        .map((folder) => executable(join(folder, file)))
        .concat(givenFile(file))
        .find((path) => path !== undefined);
}

/** Whether this is Debian, or a distribution that is made of it. */
export function isDebian(): boolean {
    if (!existsSync("/etc/os-release")) return false;
    return /^ID(_LIKE)?=.*\bdebian\b/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** Folders of PATH, in order. */
export function pathFolders(): string[] {
    return (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
}

function pulumiHome(): string {
    return process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
}

function pulumiFolders(): string[] {
    const versions = join(pulumiHome(), "versions");
    const older = existsSync(versions) ? readdirSync(versions) : [];
    return [
        join(pulumiHome(), "bin"),
        join(versions, PULUMI_VERSION, "bin"),
        ...older.map((version) => join(versions, version, "bin")),
    ];
}
