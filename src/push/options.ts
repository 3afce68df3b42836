import { resolve } from "node:path";
import { UsageError } from "../cache/usageError.ts";
import type { Values } from "../system/command.ts";
import { DEFAULT_BACKOFF } from "./backoff.ts";
import { count, QUEUE } from "./queuePlace.ts";
import type { GivenSettings, TransportName } from "./settings.ts";

type Environment = NodeJS.ProcessEnv;

/** Of Nix's compressions (Nix manual, `compression` of an HTTP or S3 binary cache store), those that every version reads. */
const COMPRESSIONS = ["xz", "zstd", "gzip", "bzip2", "br", "none"];

/** The option that says what other caches have. */
export const UPSTREAM_KEY = {
    "upstream-key": {
        type: "string",
        multiple: true,
        value: "NAME",
        help: "paths that a key of this name signed are skipped: other caches have them; more than once for several, '' for none. Default: cache.nixos.org-1",
    },
} as const;

/** The option that says which store is meant. */
export const STORE = {
    store: { type: "string", value: "URL", help: "the local store. Default: Nix's own" },
} as const;

/** The options of `nix-cache push`. */
export const PUSH_OPTIONS = {
    watch: { type: "boolean", help: "goes on for ever, as a service" },
    once: { type: "boolean", help: "tries each path once, as from cron" },
    force: {
        type: "boolean",
        help: "sends again what looks good in the cache, with all that it refers to",
    },
    "host-config": {
        type: "string",
        value: "FILE",
        help: "from: pulumi stack output hostConfig --json. Default: NIX_CACHE_HOST_CONFIG_FILE",
    },
    credentials: {
        type: "string",
        value: "FILE",
        help: "AWS credentials file. Default: AWS_SHARED_CREDENTIALS_FILE",
    },
    "signing-key": {
        type: "string",
        value: "FILE",
        help: "secret signing key. Default: NIX_CACHE_SIGNING_KEY_FILE",
    },
    profile: {
        type: "string",
        value: "NAME",
        help: "profile in the credentials file. Default: the stack's first builder",
    },
    ...UPSTREAM_KEY,
    transport: {
        type: "string",
        value: "s3|file",
        help: "s3: Nix's own copy where it can do it; file: export, then upload (Nix without S3)",
    },
    compression: {
        type: "string",
        value: "NAME",
        help: "of NARs: xz, zstd, gzip, bzip2, br or none. Default: Nix's own (xz)",
    },
    "max-tries": {
        type: "string",
        value: "N",
        help: "tries of a path that fails by its own fault. Default: 5",
    },
    "first-pause": {
        type: "string",
        value: "S",
        help: "seconds before a new try; doubles each time. Default: 5",
    },
    "longest-pause": { type: "string", value: "S", help: "seconds, at most. Default: 900" },
    ...STORE,
    ...QUEUE,
} as const;

/** What the command line said. */
export type PushOptions = Values<typeof PUSH_OPTIONS>;

/**
 * What the options say, and where they say nothing, the environment.
 *
 * @throws UserError naming the option that is missing or no such value
 */
export function pushSettings(options: PushOptions, env: Environment = process.env): GivenSettings {
    const file = (option: "host-config" | "credentials" | "signing-key", variable: string) => {
        const value = options[option] ?? env[variable];
        if (value === undefined || value === "")
            throw new UsageError(`where is it? give --${option} FILE, or set ${variable}`);
        // Nix is run elsewhere, and takes a key's file as it stands in a URL.
        return resolve(value);
    };
    const upstreamKeys = upstreamKeyNames(options, env);
    const profile = options.profile ?? env.NIX_CACHE_PROFILE;
    const transport = transportName(options.transport ?? env.NIX_CACHE_TRANSPORT);
    const compression = compressionName(options.compression ?? env.NIX_CACHE_COMPRESSION);
    const store = storeUrl(options, env);
    const maxTries = count("max-tries", options["max-tries"]);
    const first = seconds("first-pause", options["first-pause"]);
    const longest = seconds("longest-pause", options["longest-pause"]);
    return {
        hostConfigFile: file("host-config", "NIX_CACHE_HOST_CONFIG_FILE"),
        credentialsFile: file("credentials", "AWS_SHARED_CREDENTIALS_FILE"),
        signingKeyFile: file("signing-key", "NIX_CACHE_SIGNING_KEY_FILE"),
        ...(profile === undefined ? {} : { profile }),
        ...(upstreamKeys === undefined ? {} : { upstreamKeys }),
        ...(transport === undefined ? {} : { transport }),
        ...(compression === undefined ? {} : { compression }),
        ...(maxTries === undefined ? {} : { maxTries }),
        ...(options.force === undefined ? {} : { force: options.force }),
        backoff: {
            firstMs: first ?? DEFAULT_BACKOFF.firstMs,
            longestMs: longest ?? DEFAULT_BACKOFF.longestMs,
        },
        nix: store === undefined ? {} : { store },
    };
}

/** Names of keys; undefined: nothing was said. */
export function upstreamKeyNames(
    options: Values<typeof UPSTREAM_KEY>,
    env: Environment = process.env,
): string[] | undefined {
    const given = options["upstream-key"] ?? env.NIX_CACHE_UPSTREAM_KEYS?.split(/\s+/);
    return given?.filter((name) => name !== "");
}

/** URL of the local store; undefined: Nix's own. */
export function storeUrl(
    { store }: Values<typeof STORE>,
    env: Environment = process.env,
): string | undefined {
    return store ?? env.NIX_CACHE_STORE;
}

function transportName(given: string | undefined): TransportName | undefined {
    if (given === undefined || given === "") return undefined;
    if (given === "s3" || given === "file") return given;
    throw new UsageError(`--transport is ${JSON.stringify(given)}; it must be s3 or file`);
}

function compressionName(given: string | undefined): string | undefined {
    if (given === undefined || given === "") return undefined;
    if (COMPRESSIONS.includes(given)) return given;
    throw new UsageError(
        `--compression is ${JSON.stringify(given)}; it must be one of ${COMPRESSIONS.join(", ")}`,
    );
}

/** @returns milliseconds */
function seconds(option: string, given: string | undefined): number | undefined {
    if (given === undefined) return undefined;
    if (/^\d{1,6}(\.\d{1,3})?$/.test(given) && Number(given) > 0) return Number(given) * 1000;
    throw new UsageError(`--${option} is ${JSON.stringify(given)}; it must be a number of seconds above 0`);
}
