import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { moduleRecipe, pluginRecipe, pulumiRecipe } from "../toolchain/build.ts";
import { findNix } from "../toolchain/nix.ts";
import { writeWhole } from "../src/system/wholeFile.ts";
import type { Say } from "../src/system/progress.ts";
import { executable } from "../toolchain/search.ts";
import { ensureTools, type Tools } from "../toolchain/tools.ts";
import { paths } from "./paths.ts";

/** Names of what would be built: they change with every pin, and with every file that is built from. */
const pins = () =>
    [
        pulumiRecipe(),
        pluginRecipe("minio"),
        pluginRecipe("random"),
        moduleRecipe("minio"),
        moduleRecipe("mc"),
    ].map(({ folder }) => folder);

/**
 * The tools of the last start, as long as they are there and the pins are the
 * same; else {@link ensureTools}. So a start that changes nothing tries no
 * download, and goes on with the plugins that the state was written with.
 */
export async function sandboxTools(say: Say): Promise<Tools> {
    const last = rememberedTools();
    const tools = last === undefined ? await ensureTools(say) : await withNix(last, say);
    writeWhole(paths.tools, JSON.stringify({ pins: pins(), tools }, undefined, 4), 0o600);
    return tools;
}

/** Nix may have been installed since. */
async function withNix(tools: Tools, say: Say): Promise<Tools> {
    const nix = tools.nix ?? (await findNix(say));
    return nix === undefined ? tools : { ...tools, nix };
}

/** The tools of the last start, if all of them are still there. */
export function rememberedTools(): Tools | undefined {
    if (!existsSync(paths.tools)) return undefined;
    try {
        const { pins: then, tools } = JSON.parse(readFileSync(paths.tools, "utf8")) as {
            pins: string[];
            tools: Tools;
        };
        const files = [
            tools.pulumi,
            tools.minio,
            tools.mc,
            ...Object.values(tools.plugins),
            ...(tools.languageHost === undefined ? [] : [tools.languageHost]),
            ...(tools.nix === undefined ? [] : [join(tools.nix, "nix")]),
        ];
        const same = then.join("\n") === pins().join("\n");
        return same && files.every((file) => executable(file) !== undefined) ? tools : undefined;
    } catch {
        // Of another version, or edited by hand.
        return undefined;
    }
}
