import { UsageError } from "../cache/usageError.ts";
import type { Options, Values } from "../system/command.ts";

type Environment = NodeJS.ProcessEnv;

/** The option that says what other caches have, by their keys. */
export const UPSTREAM_KEY = {
    "upstream-key": {
        type: "string",
        multiple: true,
        value: "NAME",
        help: "skips what this key signed; '' for none. Default: cache.nixos.org-1",
    },
} as const satisfies Options;

/** The options that say what is left out of a push. Those that may be given more than once say so by `multiple`. */
export const FILTERS = {
    ...UPSTREAM_KEY,
    "upstream-cache": {
        type: "string",
        multiple: true,
        value: "URL",
        help: "skips what this cache has",
    },
    "max-path-size": {
        type: "string",
        value: "SIZE",
        help: "leaves out larger ones (2GiB), and what needs them",
    },
    exclude: {
        type: "string",
        multiple: true,
        value: "PATTERN",
        help: "leaves out names such as '*-source', likewise",
    },
} as const satisfies Options;

/** What the options of {@link FILTERS} say; what is missing was not said. */
export interface GivenFilters {
    readonly upstreamKeys?: readonly string[];
    readonly upstreamCaches?: readonly string[];
    /** Bytes. */
    readonly maxPathSize?: number;
    readonly exclude?: readonly string[];
}

/** Names of keys; undefined: nothing was said. */
export function upstreamKeyNames(
    options: Values<typeof UPSTREAM_KEY>,
    env: Environment = process.env,
): readonly string[] | undefined {
    return several(options["upstream-key"], env.NIX_CACHE_UPSTREAM_KEYS);
}

/**
 * What the options say, and where they say nothing, the environment: NIX_CACHE_UPSTREAM_KEYS,
 * NIX_CACHE_UPSTREAM_CACHES, NIX_CACHE_MAX_PATH_SIZE and NIX_CACHE_EXCLUDE, several of a kind
 * with blanks between them.
 *
 * @throws UsageError naming what has no such value, and where it was set
 */
export function givenFilters(options: Values<typeof FILTERS>, env: Environment = process.env): GivenFilters {
    const upstreamKeys = upstreamKeyNames(options, env);
    const upstreamCaches = several(options["upstream-cache"], env.NIX_CACHE_UPSTREAM_CACHES);
    const exclude = several(options.exclude, env.NIX_CACHE_EXCLUDE);
    const size = oneOf("max-path-size", options["max-path-size"], "NIX_CACHE_MAX_PATH_SIZE", env);
    upstreamCaches?.forEach((url) => checkUrl(url, options["upstream-cache"] !== undefined));
    return {
        ...(upstreamKeys === undefined ? {} : { upstreamKeys }),
        ...(upstreamCaches === undefined ? {} : { upstreamCaches }),
        ...(size === undefined ? {} : { maxPathSize: bytes(size.value, size.from) }),
        ...(exclude === undefined ? {} : { exclude }),
    };
}

/** A value with where it was set; what is empty in the environment is not set. */
export function oneOf(
    option: string,
    given: string | undefined,
    variable: string,
    env: Environment,
): { readonly value: string; readonly from: string } | undefined {
    if (given !== undefined) return { value: given, from: `--${option}` };
    const value = env[variable];
    return value === undefined || value === "" ? undefined : { value, from: variable };
}

function several(given: string[] | undefined, variable: string | undefined): string[] | undefined {
    return (given ?? variable?.split(/\s+/))?.filter((one) => one !== "");
}

function checkUrl(url: string, isOption: boolean): void {
    if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url)) return;
    const from = isOption ? "--upstream-cache" : "NIX_CACHE_UPSTREAM_CACHES";
    throw new UsageError(
        `${from} has ${JSON.stringify(url)}; it must be the http or https URL of a cache, as in Nix's substituters`,
    );
}

const UNITS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/** A size in bytes: `200MiB` and `200M` count by 1024, `200MB` by 1000. */
function bytes(given: string, from: string): number {
    const [, number, unit = "", kind = ""] = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(ib|b)?|b)?$/i.exec(given) ?? [];
    const base = /^b$/i.test(kind) ? 1000 : 1024;
    const size = Number(number) * base ** (UNITS[unit.toLowerCase()] ?? 0);
    if (number !== undefined && Number.isSafeInteger(Math.round(size)) && size >= 1) return Math.round(size);
    throw new UsageError(`${from} is ${JSON.stringify(given)}; it must be a size such as 200MiB or 2GB`);
}
