import { BESIDE } from "./besideNames.ts";
import { fullPath, isStorePath } from "./storePath.ts";
import { isPlainNarUrl } from "./narUrl.ts";

/** What a debugger is told of a build ID: in which NAR its debug information is, and where in it. */
export interface DebugLink {
    /** Object name of the NAR. */
    readonly url: string;
    /** Path in the NAR: `lib/debug/.build-id/XX/REST.debug`. */
    readonly member: string;
}

/** A link as Nix writes it with `index-debug-info`: the NAR by a path that begins at the link. Source: `binary-cache-store.cc`. */
export function formatDebugLink({ url, member }: DebugLink): string {
    return JSON.stringify({ archive: `../${url}`, member });
}

/**
 * What an object beside paths belongs to: of a link to debug information the NAR's
 * object name, of a build trace the output's full store path. Undefined: it says nothing that could be in this cache.
 */
export function besideTarget(key: string, text: string): string | undefined {
    const given = parsed(text);
    if (key.startsWith(BESIDE.debugInfo)) {
        const url = typeof given.archive === "string" ? given.archive.replace(/^\.\.\//, "") : "";
        return isPlainNarUrl(url) ? url : undefined;
    }
    const path = typeof given.outPath === "string" ? fullPath(given.outPath) : "";
    return isStorePath(path) ? path : undefined;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
    try {
        const given = JSON.parse(text) as unknown;
        return typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
    } catch {
        return {};
    }
}
