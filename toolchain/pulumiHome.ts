import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { PLUGIN_VERSIONS, type PluginName } from "./versions.ts";
import type { Tools } from "./tools.ts";

/**
 * Makes a private PULUMI_HOME: the plugins where the engine looks for them, and
 * a `bin` with links to every tool, Node included, for a PATH without surprises.
 *
 * A plugin that was built here stands under an official version's name, so this
 * must never be the user's own `~/.pulumi`.
 *
 * @param dir the folder; made anew where it is there, as far as the links go
 */
export function makePulumiHome(dir: string, tools: Tools): void {
    for (const name of Object.keys(PLUGIN_VERSIONS) as PluginName[]) {
        // The engine ignores a link in place of the folder; a link in place of the binary is fine.
        const folder = join(dir, "plugins", `resource-${name}-v${PLUGIN_VERSIONS[name]}`);
        link(tools.plugins[name], folder, `pulumi-resource-${name}`);
    }
    const bin = binFolder(dir);
    link(process.execPath, bin, "node");
    link(tools.pulumi, bin, "pulumi");
    link(tools.minio, bin, "minio");
    link(tools.mc, bin, "mc");
    if (tools.languageHost === undefined) rmSync(join(bin, "pulumi-language-nodejs"), { force: true });
    else link(tools.languageHost, bin, "pulumi-language-nodejs");
}

/** The folder of a private PULUMI_HOME that belongs first in PATH. */
export function binFolder(pulumiHome: string): string {
    return join(pulumiHome, "bin");
}

/** Replaces a link in one step, so that a plugin that is being started is always there. */
function link(target: string, folder: string, name: string): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Process ids repeat: two containers may share the folder.
    const temporary = join(folder, `.${name}-${randomBytes(8).toString("hex")}`);
    symlinkSync(target, temporary);
    renameSync(temporary, join(folder, name));
}
