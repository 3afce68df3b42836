import { PIN_LIMITS } from "../cache/pin.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** How much of an answer is read, and for how long, by what was asked for. */
export interface Limit {
    /** What it is, for messages. */
    readonly what: string;
    /** Bytes; what is larger is refused, and the connection is ended. */
    readonly bytes: number;
    /** Seconds for the whole answer, beyond those that the server may be silent for. */
    readonly seconds: number;
}

/** What an answer is to be. Whoever sends a request says it. */
export type Kind = keyof typeof LIMITS;

/**
 * The limits. Whoever may write into a bucket decides what an answer is, and a
 * proxy in between may answer anything: without them one object of 8 GB under
 * the name of a narinfo fills the memory, and a byte a minute holds a run for ever.
 */
export const LIMITS = {
    /** HEAD, PUT, DELETE, and what the admin API does: the status says all. */
    short: { what: "an answer without content", bytes: 64 * KIB, seconds: 60 },
    /** What the server works on while it answers: a copy of a large object, an object put together from parts. */
    work: { what: "an answer without content", bytes: 64 * KIB, seconds: 3600 },
    /** The largest in cache.nixos.org have about 30 KB. */
    narinfo: { what: "a narinfo", bytes: MIB, seconds: 60 },
    /** The record of a pin (src/cache/pin.ts). */
    pin: { what: "a pin", bytes: PIN_LIMITS.bytes, seconds: 60 },
    /** nix-cache-info, usage.html. */
    own: { what: "an object of the stack's own", bytes: MIB, seconds: 60 },
    /** 1,000 names of at most 1,024 bytes, each byte written as three characters. */
    listing: { what: "a page of a listing", bytes: 8 * MIB, seconds: 300 },
    /** Users, policies, groups; 10,000 builders are less than 4 MiB. */
    export: { what: "an export of the server's settings", bytes: 64 * MIB, seconds: 600 },
    /** A NAR that is read whole, as the sandbox's proof does with its own. */
    smallNar: { what: "a small NAR", bytes: 64 * MIB, seconds: 600 },
} as const satisfies Record<string, Limit>;

/** Error bodies, of whatever was asked for: of S3 and the admin API they are less than 1 KiB. */
export const ERROR_BYTES = 64 * KIB;

/** Bytes a second below which a transfer is given up: 16 kbit/s, less than any line that NARs are sent over. */
const SLOWEST = 2 * KIB;

/**
 * Seconds in which so many bytes are through on the slowest line. A large
 * upload may take hours, and one that stands still ends nevertheless.
 */
export function secondsFor(bytes: number): number {
    return Math.ceil(bytes / SLOWEST);
}

/** Bytes as people write them: `1 MiB`, `4.3 GiB`. */
export function inWords(bytes: number): string {
    const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
    return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${units[power] ?? ""}`;
}
