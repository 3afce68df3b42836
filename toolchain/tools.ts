import { build, moduleRecipe, pluginRecipe, pulumiRecipe } from "./build.ts";
import { downloadPlugin, downloadPulumi, pluginFolder, PULUMI_FOLDER } from "./download.ts";
import { findNix } from "./nix.ts";
import type { Say } from "../src/system/progress.ts";
import { cachedFile, givenFile, installedPlugin, installedTool, languageHost, versionOf } from "./search.ts";
import { FITS, IS, type PluginName } from "./versions.ts";

/** Where each tool is: absolute paths, plain data. */
export interface Tools {
    /** Pulumi's CLI and engine. */
    readonly pulumi: string;
    /** `pulumi-language-nodejs`; undefined where it cannot be had. Only `pulumi up` in a shell needs it. */
    readonly languageHost?: string;
    /** Binaries of the provider plugins. */
    readonly plugins: Readonly<Record<PluginName, string>>;
    /** MinIO's server. */
    readonly minio: string;
    /** MinIO's client. */
    readonly mc: string;
    /** Folder with `nix` and `nix-store`; undefined where Nix cannot be had. */
    readonly nix?: string;
}

/**
 * Finds or makes every tool. For each, in this order:
 *
 * 1. what is already there in a version that fits: installed, or put into the
 *    cache folder by an earlier run;
 * 2. Pulumi's own downloads, given up after some seconds without progress;
 * 3. the folder that NIX_CACHE_TOOLCHAIN names;
 * 4. a build from Go modules: minutes, once for each user.
 *
 * @param say takes a line for each thing that takes time
 * @throws UserError, one line, when a tool can be had in none of these ways
 */
export async function ensureTools(say: Say): Promise<Tools> {
    const pulumi = await ensurePulumi(say);
    const host = languageHost(pulumi);
    const plugins = {
        minio: await ensurePlugin("minio", pulumi, say),
        random: await ensurePlugin("random", pulumi, say),
    };
    const minio = await ensureMinio("minio", say);
    const mc = await ensureMinio("mc", say);
    const nix = await findNix(say);
    return {
        pulumi,
        ...(host === undefined ? {} : { languageHost: host }),
        plugins,
        minio,
        mc,
        ...(nix === undefined ? {} : { nix }),
    };
}

async function ensurePulumi(say: Say): Promise<string> {
    const recipe = pulumiRecipe();
    return (
        (await installedTool("pulumi")) ??
        cachedFile("bin/pulumi", PULUMI_FOLDER) ??
        cachedFile("pulumi", recipe.folder) ??
        (await downloadPulumi(say)) ??
        (await givenTool("pulumi", FITS.pulumi, "version")) ??
        (await build(recipe, say))
    );
}

async function ensurePlugin(name: PluginName, pulumi: string, say: Say): Promise<string> {
    const recipe = pluginRecipe(name);
    return (
        installedPlugin(name) ??
        cachedFile(recipe.file, pluginFolder(name), recipe.folder) ??
        (await downloadPlugin(pulumi, name, say)) ??
        givenFile(recipe.file) ??
        (await build(recipe, say))
    );
}

async function ensureMinio(name: "minio" | "mc", say: Say): Promise<string> {
    const recipe = moduleRecipe(name);
    return (
        (await installedTool(name)) ??
        cachedFile(name, recipe.folder) ??
        (await givenTool(name, IS[name])) ??
        (await build(recipe, say))
    );
}

async function givenTool(
    name: "pulumi" | "minio" | "mc",
    fits: (version: string) => boolean,
    argument?: string,
): Promise<string | undefined> {
    const file = givenFile(name);
    return file !== undefined && fits(await versionOf(file, argument)) ? file : undefined;
}
