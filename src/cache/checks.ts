import { isIP } from "node:net";
import { isHostAndPort } from "./hostNames.ts";
import { shown, type Problem } from "./problem.ts";
import { profileName } from "./profile.ts";
import { pinnersProblems, pinsProblems } from "./pinChecks.ts";
import { MAX_GENERATION, type Settings } from "./settings.ts";

/** MinIO counts days in nanoseconds of 64 bits; a hundred years are far from that and surely meant. */
const MAX_DAYS = 36_500;
const MAX_PRIORITY = 2_147_483_647;

/**
 * All that is wrong with these settings, in the order of their fields; empty when they can be deployed.
 * Values are checked for what they are at run time too, since configuration and JavaScript know no types.
 */
export function settingsProblems(settings: Settings): Problem[] {
    return [
        ...bucketProblems(settings.bucket),
        ...buildersProblems(settings.builders),
        ...endpointProblems(settings.endpoint),
        ...(settings.keyName === undefined ? [] : keyNameProblems(settings.keyName)),
        ...generationProblems(settings),
        ...wholeNumberProblems("expireDays", settings.expireDays, 0, MAX_DAYS),
        ...wholeNumberProblems("narGraceDays", settings.narGraceDays, 0, MAX_DAYS),
        ...wholeNumberProblems("priority", settings.priority, 0, MAX_PRIORITY),
        ...booleanProblems("anonymousListing", settings.anonymousListing),
        ...booleanProblems("protect", settings.protect),
        ...(settings.adopt === undefined ? [] : adoptProblems(settings.adopt, settings.bucket)),
        ...booleanProblems("expireExisting", settings.expireExisting),
        ...pinnersProblems(settings.pinners, settings.builders),
        ...pinsProblems(settings.pins),
    ];
}

/** Bucket names as MinIO takes them (Amazon S3 user guide, "General purpose bucket naming rules"; `minio` is MinIO's own). */
export function bucketProblems(bucket: unknown): Problem[] {
    const fits =
        typeof bucket === "string" &&
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
        !/\.\.|\.-|-\./.test(bucket) &&
        isIP(bucket) === 0 &&
        bucket !== "minio";
    if (fits) return [];
    return [
        {
            setting: "bucket",
            wrong: `is ${shown(bucket)}`,
            allowed:
                "3 to 63 lower-case letters, digits, dots and hyphens, first and last a letter or digit, no IP address, not minio",
        },
    ];
}

function adoptProblems(adopt: unknown, bucket: string): Problem[] {
    if (adopt === bucket) return [];
    return [
        {
            setting: "adopt",
            wrong: `is ${shown(adopt)}`,
            allowed: `the name of the bucket, ${bucket}, or not set`,
        },
    ];
}

/**
 * Builder names: MinIO refuses users of fewer than 3 characters and with `=` or
 * `,`; the provider takes letters, digits and `.@_+-`.
 */
export function buildersProblems(builders: unknown): Problem[] {
    const allowed = "a list of different names, each 3 to 64 letters, digits and . @ _ + -";
    if (!Array.isArray(builders) || builders.length === 0) {
        return [{ setting: "builders", wrong: `is ${shown(builders)}`, allowed: `${allowed}, at least one` }];
    }
    const names: unknown[] = builders;
    const refused = names.find((name) => typeof name !== "string" || !/^[0-9A-Za-z.@_+-]{3,64}$/.test(name));
    if (refused !== undefined) return [{ setting: "builders", wrong: `has ${shown(refused)}`, allowed }];
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) return [{ setting: "builders", wrong: `has ${shown(twice)} twice`, allowed }];
    return alikeProblems(names as string[]);
}

/**
 * Names that something takes for the same: file systems that know no capitals
 * (MinIO keeps each user in a folder of its name), and the profiles that are
 * made of them.
 */
function alikeProblems(names: readonly string[]): Problem[] {
    const problem = (one: string, other: string, why: string): Problem[] => [
        {
            setting: "builders",
            wrong: `has ${shown(one)} and ${shown(other)}, ${why}`,
            allowed: "names that differ by more than that",
        },
    ];
    const seen = new Map<string, string>();
    for (const name of names) {
        const other = seen.get(name.toLowerCase()) ?? seen.get(profileName(name).toLowerCase());
        if (other?.toLowerCase() === name.toLowerCase())
            return problem(other, name, "which are one name where capitals do not count");
        if (other !== undefined)
            return problem(other, name, `which have the same profile ${profileName(name)}`);
        seen.set(name.toLowerCase(), name).set(profileName(name).toLowerCase(), name);
    }
    return [];
}

/** The endpoint: Nix appends the bucket to it, so a path or a query in it would be lost or be in the way. */
export function endpointProblems(endpoint: unknown): Problem[] {
    const problem = (wrong: string): Problem[] => [
        {
            setting: "endpoint",
            wrong,
            allowed: "http:// or https://, a host and perhaps a port, as in https://s3.homelab.local",
        },
    ];
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
    return [];
}

/** A region, as MinIO takes it (its source, `internal/config/config.go`, `validRegionRegex`). */
export function regionProblems(setting: string, region: unknown): Problem[] {
    if (typeof region === "string" && /^[A-Za-z][0-9A-Za-z_-]{1,62}$/.test(region)) return [];
    const allowed = "2 to 63 letters, digits, - and _, first a letter, as in us-east-1";
    return [{ setting, wrong: `is ${shown(region)}`, allowed }];
}

/** A key's name ends at the first colon, and a list of keys is split at white space; `#` begins a comment in nix.conf. */
export function keyNameProblems(keyName: unknown): Problem[] {
    if (typeof keyName === "string" && /^[0-9A-Za-z._@+-]{1,200}$/.test(keyName)) return [];
    return [
        {
            setting: "keyName",
            wrong: `is ${shown(keyName)}`,
            allowed: "1 to 200 letters, digits and . _ @ + -, without a colon or white space",
        },
    ];
}

function generationProblems(settings: Settings): Problem[] {
    const { keyGeneration, trustedGenerations } = settings;
    const current = wholeNumberProblems("keyGeneration", keyGeneration, 1, MAX_GENERATION);
    if (current.length > 0) return current;

    const allowed = `a list of different whole numbers from 1 to ${MAX_GENERATION} with ${keyGeneration}, the current keyGeneration, among them`;
    const problem = (wrong: string): Problem[] => [{ setting: "trustedGenerations", wrong, allowed }];
    const given: unknown = trustedGenerations;
    if (!Array.isArray(given)) return problem(`is ${shown(given)}`);
    const numbers: unknown[] = given;
    const refused = numbers.find((number) => !isWholeNumber(number, 1, MAX_GENERATION));
    if (refused !== undefined) return problem(`has ${shown(refused)}`);
    const twice = numbers.find((number, index) => numbers.indexOf(number) !== index);
    if (twice !== undefined) return problem(`has ${shown(twice)} twice`);
    if (!numbers.includes(keyGeneration)) return problem(`is ${shown(numbers)}`);
    return [];
}

function wholeNumberProblems(setting: string, value: unknown, least: number, most: number): Problem[] {
    if (isWholeNumber(value, least, most)) return [];
    return [{ setting, wrong: `is ${shown(value)}`, allowed: `a whole number from ${least} to ${most}` }];
}

function booleanProblems(setting: string, value: unknown): Problem[] {
    return typeof value === "boolean"
        ? []
        : [{ setting, wrong: `is ${shown(value)}`, allowed: "true or false" }];
}

function isWholeNumber(value: unknown, least: number, most: number): boolean {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most;
}
