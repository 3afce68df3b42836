import { isIP } from "node:net";
import { MAX_GENERATION, upTo } from "./generations.ts";
import { isHostAndPort } from "./hostNames.ts";
import { shown } from "./problem.ts";
import { profileName } from "./profile.ts";
import type { Fault } from "./setting.ts";
import { bytesOf } from "./size.ts";

/** Bucket names as MinIO takes them (Amazon S3 user guide, "General purpose bucket naming rules"; `minio` is MinIO's own). */
export function bucketFault(bucket: unknown): Fault | undefined {
    const fits =
        typeof bucket === "string" &&
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
        !/\.\.|\.-|-\./.test(bucket) &&
        isIP(bucket) === 0 &&
        bucket !== "minio";
    if (fits) return undefined;
    return {
        wrong: `is ${shown(bucket)}`,
        allowed:
            "3 to 63 lower-case letters, digits, dots and hyphens, first and last a letter or digit, no IP address, not minio",
    };
}

/** Only the cache's own bucket can become it. */
export function adoptFault(adopt: unknown, bucket = ""): Fault | undefined {
    if (adopt === bucket) return undefined;
    return { wrong: `is ${shown(adopt)}`, allowed: `the name of the bucket, ${bucket}, or not set` };
}

/**
 * Builder names: MinIO refuses users of fewer than 3 characters and with `=` or
 * `,`; the provider takes letters, digits and `.@_+-`.
 */
export function buildersFault(builders: unknown): Fault | undefined {
    const allowed = "a list of different names, each 3 to 64 letters, digits and . @ _ + -";
    if (!Array.isArray(builders) || builders.length === 0) {
        return { wrong: `is ${shown(builders)}`, allowed: `${allowed}, at least one` };
    }
    return (
        listFault(builders, (name) => matches(name, /^[0-9A-Za-z.@_+-]{3,64}$/), allowed) ??
        alikeFault(builders)
    );
}

/**
 * Names that something takes for the same: file systems that know no capitals
 * (MinIO keeps each user in a folder of its name), and the profiles that are
 * made of them.
 */
function alikeFault(names: readonly string[]): Fault | undefined {
    const fault = (one: string, other: string, why: string): Fault => ({
        wrong: `has ${shown(one)} and ${shown(other)}, ${why}`,
        allowed: "names that differ by more than that",
    });
    const seen = new Map<string, string>();
    for (const name of names) {
        const other = seen.get(name.toLowerCase()) ?? seen.get(profileName(name).toLowerCase());
        if (other?.toLowerCase() === name.toLowerCase())
            return fault(other, name, "which are one name where capitals do not count");
        if (other !== undefined)
            return fault(other, name, `which have the same profile ${profileName(name)}`);
        seen.set(name.toLowerCase(), name).set(profileName(name).toLowerCase(), name);
    }
    return undefined;
}

/** The endpoint: Nix appends the bucket to it, so a path or a query in it would be lost or be in the way. */
export function endpointFault(endpoint: unknown): Fault | undefined {
    const problem = (wrong: string): Fault => ({
        wrong,
        allowed: "http:// or https://, a host and perhaps a port, as in https://s3.homelab.local",
    });
    if (typeof endpoint !== "string") return problem(`is ${shown(endpoint)}`);
    if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
        return problem(`is ${shown(endpoint)}, which is no URL`);
    }
    const url = new URL(endpoint);
    if (url.username !== "" || url.password !== "") return problem("has a user name or a password in it");
    if (url.pathname !== "/") return problem(`is ${shown(endpoint)}, which has a path`);
    if (/[?]/.test(endpoint)) return problem(`is ${shown(endpoint)}, which has a query`);
    if (/[#]/.test(endpoint)) return problem(`is ${shown(endpoint)}, which has a fragment`);
    if (/[\s\\]/.test(endpoint))
        return problem(`is ${shown(endpoint)}, which has white space or a backslash`);
    // It stands in commands, and a URL's host may hold `$(`, `;` and a backtick.
    if (!isHostAndPort(endpoint.replace(/^https?:\/\//, "").replace(/\/$/, "")))
        return problem(`is ${shown(endpoint)}, whose host is no DNS name and no IP address`);
    return undefined;
}

/** A region, as MinIO takes it (its source, `internal/config/config.go`, `validRegionRegex`). */
export function regionFault(region: unknown): Fault | undefined {
    if (matches(region, /^[A-Za-z][0-9A-Za-z_-]{1,62}$/)) return undefined;
    return {
        wrong: `is ${shown(region)}`,
        allowed: "2 to 63 letters, digits, - and _, first a letter, as in us-east-1",
    };
}

/** A key's name ends at the first colon, and a list of keys is split at white space; `#` begins a comment in nix.conf. */
export function keyNameFault(keyName: unknown): Fault | undefined {
    if (matches(keyName, /^[0-9A-Za-z._@+-]{1,200}$/)) return undefined;
    return {
        wrong: `is ${shown(keyName)}`,
        allowed: "1 to 200 letters, digits and . _ @ + -, without a colon or white space",
    };
}

/** Whether a number can be that of a signing key. */
const isGeneration = (value: unknown) => isWholeNumber(value, 1, MAX_GENERATION);

/** Generations that hosts accept, beside the current one. */
export function trustedFault(trusted: unknown, current: number | undefined): Fault | undefined {
    // What they follow is wrong itself, which is said once.
    if (current === undefined || !isGeneration(current)) return undefined;
    const allowed = `a list of different whole numbers from 1 to ${MAX_GENERATION} with ${current}, the current keyGeneration, among them`;
    if (!Array.isArray(trusted)) return { wrong: `is ${shown(trusted)}`, allowed };
    const fault = listFault(trusted, isGeneration, allowed);
    if (fault !== undefined || trusted.includes(current)) return fault;
    return { wrong: `is ${shown(trusted)}`, allowed };
}

/** Generations that sign: hosts must accept each, or what it signs alone is refused. */
export function signingFault(
    signing: unknown,
    {
        keyGeneration: current,
        trustedGenerations,
    }: {
        readonly keyGeneration?: number | undefined;
        readonly trustedGenerations?: readonly number[] | undefined;
    },
): Fault | undefined {
    const trusted = trustedGenerations ?? upTo(current);
    // What it follows is wrong itself, which is said once.
    if (current === undefined || !isGeneration(current) || trustedFault(trusted, current) !== undefined)
        return undefined;
    const allowed = `a list of some of trustedGenerations (${trusted.join(", ")}) with ${current}, the current keyGeneration, among them`;
    if (!Array.isArray(signing)) return { wrong: `is ${shown(signing)}`, allowed };
    const fault = listFault(signing, (one) => trusted.some((other) => other === one), allowed);
    if (fault !== undefined || signing.includes(current)) return fault;
    return { wrong: `is ${shown(signing)}`, allowed };
}

/** A check of a whole number. */
export function wholeNumber(least: number, most: number): (value: unknown) => Fault | undefined {
    const allowed = `a whole number from ${least} to ${most}`;
    return (value) =>
        isWholeNumber(value, least, most) ? undefined : { wrong: `is ${shown(value)}`, allowed };
}

/** The first in a list that does not fit, or is there twice. */
export function listFault(
    list: readonly unknown[],
    fits: (one: unknown) => boolean,
    allowed: string,
): Fault | undefined {
    const refused = list.findIndex((one) => !fits(one));
    if (refused >= 0) return { wrong: `has ${shown(list[refused])}`, allowed };
    const twice = list.findIndex((one, index) => list.indexOf(one) !== index);
    return twice < 0 ? undefined : { wrong: `has ${shown(list[twice])} twice`, allowed };
}

function matches(value: unknown, pattern: RegExp): value is string {
    return typeof value === "string" && pattern.test(value);
}

function isWholeNumber(value: unknown, least: number, most: number): boolean {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most;
}

/** A size that a cache may have. */
export function sizeFault(size: unknown): Fault | undefined {
    if (typeof size === "string" && (bytesOf(size) ?? 0) > 0) return undefined;
    return { wrong: `is ${shown(size)}`, allowed: "a number above 0 with K, M, G or T, for example 200GiB" };
}
