import { resolve } from "node:path";
import { UsageError } from "../cache/usageError.ts";
import type { Options, Values } from "../system/command.ts";
import { DEFAULT_BACKOFF } from "./backoff.ts";
import { BESIDE_OPTIONS, givenBeside } from "./besideOptions.ts";
import { FILTERS, givenFilters, oneOf } from "./filterOptions.ts";
import { count, QUEUE } from "./queuePlace.ts";
import type { Compression, Wishes } from "./settings.ts";
import type { SourceFiles } from "./source.ts";

type Environment = NodeJS.ProcessEnv;

/** The option that says which store is meant. */
export const STORE = {
    store: { type: "string", value: "URL", help: "the local store. Default: Nix's own" },
} as const satisfies Options;

/** The options that say from where, how and what is pushed. */
export const PUSH_OPTIONS = {
    "host-config": { type: "string", value: "FILE", help: "the stack's output hostConfig, as JSON" },
    credentials: { type: "string", value: "FILE", help: "AWS credentials file" },
    "signing-key": { type: "string", value: "FILE", help: "secret signing key" },
    profile: { type: "string", value: "NAME", help: "pushes as this builder. Default: the stack's first" },
    ...FILTERS,
    compression: { type: "string", value: "zstd|none", help: "of NARs. Default: zstd" },
    level: { type: "string", value: "N", help: "of zstd, 1 to 19. Default: 2" },
    uploads: { type: "string", value: "N", help: "paths uploaded at the same time. Default: 16" },
    ...BESIDE_OPTIONS,
    force: { type: "boolean", help: "sends again what looks good in the cache" },
    "max-tries": { type: "string", value: "N", help: "of a queued path that fails. Default: 5" },
    "first-pause": { type: "string", value: "S", help: "seconds; doubles each time. Default: 5" },
    "longest-pause": { type: "string", value: "S", help: "seconds, at most. Default: 900" },
    ...STORE,
    ...QUEUE,
} as const satisfies Options;

/** What the command line said. */
export type PushOptions = Values<typeof PUSH_OPTIONS>;

/** What was an option, and what to do now that it is none. */
export const REMOVED = {
    transport: "remove it: one way to push works with every Nix now",
} as const;

const FILES = {
    "host-config": "NIX_CACHE_HOST_CONFIG_FILE",
    credentials: "AWS_SHARED_CREDENTIALS_FILE",
    "signing-key": "NIX_CACHE_SIGNING_KEY_FILE",
} as const;

/**
 * Whether files of this machine say where to push to. The credentials' variable alone
 * does not: it may be there for other programs.
 */
export function namesFiles(options: PushOptions, env: Environment = process.env): boolean {
    const variable = env[FILES["host-config"]] ?? "";
    return (
        variable !== "" ||
        Object.keys(FILES).some((name) => options[name as keyof typeof FILES] !== undefined)
    );
}

/**
 * The files that say where to push to, as whom, and with which key.
 *
 * @throws UsageError naming the option that is missing
 */
export function sourceFiles(options: PushOptions, env: Environment = process.env): SourceFiles {
    const file = (option: keyof typeof FILES) => {
        const value = options[option] ?? env[FILES[option]];
        if (value === undefined || value === "")
            throw new UsageError(`where is it? give --${option} FILE, or set ${FILES[option]}`);
        return resolve(value);
    };
    const profile = builderName(options, env);
    return {
        hostConfigFile: file("host-config"),
        credentialsFile: file("credentials"),
        signingKeyFile: file("signing-key"),
        ...(profile === undefined ? {} : { profile }),
    };
}

/** The builder that pushes; undefined: nothing was said. */
export function builderName({ profile }: PushOptions, env: Environment = process.env): string | undefined {
    return profile ?? env.NIX_CACHE_PROFILE;
}

/**
 * What the options say, and where they say nothing, the environment.
 *
 * @throws UsageError naming what has no such value, and where it was set
 */
export function pushWishes(options: PushOptions, env: Environment = process.env): Wishes {
    const compression = oneOf("compression", options.compression, "NIX_CACHE_COMPRESSION", env);
    const level = numbered("level", options.level, "NIX_CACHE_LEVEL", env);
    const uploads = numbered("uploads", options.uploads, "NIX_CACHE_UPLOADS", env);
    const store = storeUrl(options, env);
    const maxTries = count("max-tries", options["max-tries"]);
    const first = seconds("first-pause", options["first-pause"]);
    const longest = seconds("longest-pause", options["longest-pause"]);
    return {
        ...givenFilters(options, env),
        ...givenBeside(options, env),
        ...(compression === undefined ? {} : { compression: compressionName(compression) }),
        ...(level === undefined ? {} : { level: within(level, 19) }),
        ...(uploads === undefined ? {} : { uploadsAtOnce: within(uploads, 256) }),
        ...(maxTries === undefined ? {} : { maxTries }),
        ...(options.force === undefined ? {} : { force: options.force }),
        backoff: {
            firstMs: first ?? DEFAULT_BACKOFF.firstMs,
            longestMs: longest ?? DEFAULT_BACKOFF.longestMs,
        },
        nix: store === undefined ? {} : { store },
    };
}

/** Both: what a machine that builds says of a push. */
export function pushSettings(options: PushOptions, env: Environment = process.env): SourceFiles & Wishes {
    return { ...pushWishes(options, env), ...sourceFiles(options, env) };
}

/** URL of the local store; undefined: Nix's own. */
export function storeUrl(
    { store }: Values<typeof STORE>,
    env: Environment = process.env,
): string | undefined {
    return store ?? env.NIX_CACHE_STORE;
}

/** A line for who set a variable that says nothing any more; undefined: nobody did. */
export function outdated(env: Environment = process.env): string | undefined {
    const { NIX_CACHE_TRANSPORT: transport = "" } = env;
    return transport === "" ? undefined : `NIX_CACHE_TRANSPORT has no effect any more; ${REMOVED.transport}`;
}

function compressionName({ value, from }: { value: string; from: string }): Compression {
    if (value === "zstd" || value === "none") return value;
    const before = ["xz", "gzip", "bzip2", "br"].includes(value) ? ", which every Nix since 2.4 reads" : "";
    throw new UsageError(`${from} is ${JSON.stringify(value)}; it must be zstd or none${before}`);
}

interface Numbered {
    readonly value: number;
    readonly from: string;
}

function numbered(
    option: string,
    given: string | undefined,
    variable: string,
    env: Environment,
): Numbered | undefined {
    const found = oneOf(option, given, variable, env);
    return found && { value: /^\d{1,9}$/.test(found.value) ? Number(found.value) : NaN, from: found.from };
}

function within({ value, from }: Numbered, most: number): number {
    if (value >= 1 && value <= most) return value;
    throw new UsageError(`${from} must be a whole number from 1 to ${most}`);
}

/** @returns milliseconds */
function seconds(option: string, given: string | undefined): number | undefined {
    if (given === undefined) return undefined;
    if (/^\d{1,6}(\.\d{1,3})?$/.test(given) && Number(given) > 0) return Number(given) * 1000;
    throw new UsageError(`--${option} is ${JSON.stringify(given)}; it must be a number of seconds above 0`);
}
