import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, sizeOf } from "./cache.ts";
import { during, type Say } from "../src/system/progress.ts";
import { run } from "../src/system/run.ts";
import { executable, versionOf } from "./search.ts";
import { FITS, PLUGIN_VERSIONS, PULUMI_VERSION, type PluginName } from "./versions.ts";

/** Name of the cache's folder with the official CLI and its language hosts, in `bin`. */
export const PULUMI_FOLDER = `pulumi-${PULUMI_VERSION}`;

/** Name of the cache's folder with an official plugin. */
export const pluginFolder = (name: PluginName) => `resource-${name}-v${PLUGIN_VERSIONS[name]}`;

/**
 * Lets npm's package `pulumi` download the CLI with its language hosts.
 *
 * @returns the CLI, or undefined when the download site cannot be reached
 */
export async function downloadPulumi(say: Say): Promise<string | undefined> {
    const folder = await during(
        say,
        `Downloading Pulumi ${PULUMI_VERSION}`,
        makeFolder(PULUMI_FOLDER, async (made, work) => {
            const npm = ["install", "--silent", "--ignore-scripts", "--no-fund", "--no-audit", "--prefix"];
            const wrapper = join(work, "npm");
            mkdirSync(wrapper);
            await run("npm", [...npm, wrapper, `pulumi@${PULUMI_VERSION}`], watched(work));
            const command = join(wrapper, "node_modules", "pulumi", "run.js");
            await run(process.execPath, [command, "version"], watched(work));
            const bin = join(work, "home", "versions", PULUMI_VERSION, "bin");
            if (!FITS.pulumi(await versionOf(join(bin, "pulumi"), "version"))) return false;
            renameSync(bin, join(made, "bin"));
            return true;
        }),
    );
    if (folder === undefined) say("Pulumi's download site cannot be reached; going on without it");
    return folder === undefined ? undefined : executable(join(folder, "bin", "pulumi"));
}

/**
 * Lets the CLI download an official provider plugin.
 *
 * @returns the plugin's binary, or undefined when it cannot be had from there
 */
export async function downloadPlugin(
    pulumi: string,
    name: PluginName,
    say: Say,
): Promise<string | undefined> {
    const version = PLUGIN_VERSIONS[name];
    const binary = `pulumi-resource-${name}`;
    const folder = await during(
        say,
        `Downloading Pulumi's ${name} plugin ${version}`,
        makeFolder(pluginFolder(name), async (made, work) => {
            const install = ["plugin", "install", "resource", name, version, "--non-interactive"];
            const { status } = await run(pulumi, install, watched(work));
            const plugin = join(work, "home", "plugins", pluginFolder(name), binary);
            if (status !== 0 || executable(plugin) === undefined) return false;
            renameSync(plugin, join(made, binary));
            return true;
        }),
    );
    if (folder === undefined) say(`The ${name} plugin cannot be downloaded; going on without that`);
    return folder === undefined ? undefined : executable(join(folder, binary));
}

/** A private PULUMI_HOME, and an end when nothing has moved in it for some seconds. */
function watched(work: string) {
    const scratch = join(work, "tmp");
    mkdirSync(scratch, { recursive: true });
    return {
        env: {
            ...process.env,
            PULUMI_HOME: join(work, "home"),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            TMPDIR: scratch,
        },
        progress: () => sizeOf(work),
        stallMs: 6_000,
    };
}
