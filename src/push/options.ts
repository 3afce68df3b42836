import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { UsageError } from "../cache/usageError.ts";
import { DEFAULT_BACKOFF } from "./backoff.ts";
import type { GivenSettings, TransportName } from "./settings.ts";

/** The options of `enqueue`, `push` and `queue`, as they were given. */
export interface PushOptions {
    readonly queue?: string | undefined;
    readonly limit?: string | undefined;
    readonly "host-config"?: string | undefined;
    readonly credentials?: string | undefined;
    readonly "signing-key"?: string | undefined;
    readonly profile?: string | undefined;
    readonly "upstream-key"?: string[] | undefined;
    readonly transport?: string | undefined;
    readonly compression?: string | undefined;
    readonly "max-tries"?: string | undefined;
    readonly "first-pause"?: string | undefined;
    readonly "longest-pause"?: string | undefined;
    readonly store?: string | undefined;
    readonly watch?: boolean | undefined;
    readonly once?: boolean | undefined;
    readonly retry?: boolean | undefined;
    readonly force?: boolean | undefined;
}

/** As `parseArgs` of Node takes them. */
export const PUSH_ARGUMENTS = {
    queue: { type: "string" },
    limit: { type: "string" },
    "host-config": { type: "string" },
    credentials: { type: "string" },
    "signing-key": { type: "string" },
    profile: { type: "string" },
    "upstream-key": { type: "string", multiple: true },
    transport: { type: "string" },
    compression: { type: "string" },
    "max-tries": { type: "string" },
    "first-pause": { type: "string" },
    "longest-pause": { type: "string" },
    store: { type: "string" },
    watch: { type: "boolean" },
    once: { type: "boolean" },
    retry: { type: "boolean" },
    force: { type: "boolean" },
} as const;

type Environment = NodeJS.ProcessEnv;

const DEFAULT_LIMIT = 10_000;

/** The queue's folder, as an absolute path: as given, else systemd's for this unit, else root's or the user's own. */
export function queueFolder({ queue }: PushOptions, env: Environment = process.env): string {
    const given = queue ?? env.NIX_CACHE_QUEUE ?? env.STATE_DIRECTORY;
    if (given !== undefined && given !== "") return resolve(given);
    if (process.getuid?.() === 0) return "/var/lib/nix-cache-push";
    // Relative paths in these variables are to be passed over (XDG Base Directory Specification).
    const { XDG_STATE_HOME: state = "" } = env;
    return join(isAbsolute(state) ? state : join(homedir(), ".local", "state"), "nix-cache-push");
}

/** Number of paths that may wait. Default: 10 000. */
export function queueLimit({ limit }: PushOptions, env: Environment = process.env): number {
    const given = limit ?? (env.NIX_CACHE_QUEUE_LIMIT === "" ? undefined : env.NIX_CACHE_QUEUE_LIMIT);
    return count("limit", given) ?? DEFAULT_LIMIT;
}

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
    const upstreamKeys = options["upstream-key"] ?? env.NIX_CACHE_UPSTREAM_KEYS?.split(/\s+/);
    const profile = options.profile ?? env.NIX_CACHE_PROFILE;
    const transport = transportName(options.transport ?? env.NIX_CACHE_TRANSPORT);
    const compression = compressionName(options.compression ?? env.NIX_CACHE_COMPRESSION);
    const store = options.store ?? env.NIX_CACHE_STORE;
    const maxTries = count("max-tries", options["max-tries"]);
    const first = seconds("first-pause", options["first-pause"]);
    const longest = seconds("longest-pause", options["longest-pause"]);
    return {
        hostConfigFile: file("host-config", "NIX_CACHE_HOST_CONFIG_FILE"),
        credentialsFile: file("credentials", "AWS_SHARED_CREDENTIALS_FILE"),
        signingKeyFile: file("signing-key", "NIX_CACHE_SIGNING_KEY_FILE"),
        ...(profile === undefined ? {} : { profile }),
        ...(upstreamKeys === undefined ? {} : { upstreamKeys: upstreamKeys.filter((name) => name !== "") }),
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

function transportName(given: string | undefined): TransportName | undefined {
    if (given === undefined || given === "") return undefined;
    if (given === "s3" || given === "file") return given;
    throw new UsageError(`--transport is ${JSON.stringify(given)}; it must be s3 or file`);
}

/** Of Nix's compressions (Nix manual, `compression` of an HTTP or S3 binary cache store), those that every version reads. */
const COMPRESSIONS = ["xz", "zstd", "gzip", "bzip2", "br", "none"];

function compressionName(given: string | undefined): string | undefined {
    if (given === undefined || given === "") return undefined;
    if (COMPRESSIONS.includes(given)) return given;
    throw new UsageError(
        `--compression is ${JSON.stringify(given)}; it must be one of ${COMPRESSIONS.join(", ")}`,
    );
}

function count(option: string, given: string | undefined): number | undefined {
    if (given === undefined) return undefined;
    if (/^\d{1,9}$/.test(given) && Number(given) > 0) return Number(given);
    throw new UsageError(`--${option} is ${JSON.stringify(given)}; it must be a whole number from 1`);
}

/** @returns milliseconds */
function seconds(option: string, given: string | undefined): number | undefined {
    if (given === undefined) return undefined;
    if (/^\d{1,6}(\.\d{1,3})?$/.test(given) && Number(given) > 0) return Number(given) * 1000;
    throw new UsageError(`--${option} is ${JSON.stringify(given)}; it must be a number of seconds above 0`);
}
