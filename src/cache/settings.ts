/** What a cache is, as plain values: every default filled in, nothing read from anywhere. */
export interface Settings {
    /** Name of the bucket. Default: `nix-cache`. */
    readonly bucket: string;
    /** Names of the users that push, at least one. Default: `nixbuilder` alone. */
    readonly builders: readonly string[];
    /** The server's URL as hosts use it, with scheme and without a path, for example `https://s3.homelab.local`. */
    readonly endpoint: string;
    /**
     * What the signing keys are named after. Default: the endpoint's host as it
     * was when the stack was first deployed; a later change of the endpoint
     * renames no key.
     */
    readonly keyName?: string;
    /** Number of the key that new pushes are signed with, from 1. Default: 1. Another number is another key. */
    readonly keyGeneration: number;
    /** Numbers of the keys that hosts accept. Default: all from 1 to {@link keyGeneration}. */
    readonly trustedGenerations: readonly number[];
    /** Days after which a pushed path expires. 0: never. Default: 30. */
    readonly expireDays: number;
    /** Days that a NAR is kept beyond that. Default: 7. */
    readonly narGraceDays: number;
    /** Priority among a host's substituters; lower is asked first. Default: 40, as cache.nixos.org has. */
    readonly priority: number;
    /** Whether everyone may list the bucket, as with `mc anonymous set download`. Default: true. */
    readonly anonymousListing: boolean;
    /** Whether the bucket and the signing keys are protected from `pulumi destroy`. Default: true. */
    readonly protect: boolean;
    /** Name of a bucket with objects, but without nix-cache-info, that is to become this cache. Default: none is taken over. */
    readonly adopt?: string;
    /** Whether a new or shorter expiry may take objects that are there already. Default: false. */
    readonly expireExisting: boolean;
    /** Names of hosts that get a user which can write the host's own pin and nothing else. Default: none. */
    readonly pinners: readonly string[];
    /** Pins that no builder can change, by name: each a store path. Default: none. */
    readonly pins: Readonly<Record<string, string>>;
}

/** The defaults that depend on nothing else. Pulumi.yaml states them again for the engine; a test compares the two. */
export const DEFAULTS = {
    bucket: "nix-cache",
    builders: ["nixbuilder"],
    keyGeneration: 1,
    expireDays: 30,
    narGraceDays: 7,
    priority: 40,
    anonymousListing: true,
    protect: true,
    expireExisting: false,
    pinners: [],
    pins: {},
} as const satisfies Partial<Settings>;

/** Settings as somebody gives them: all but the endpoint may be left out. */
export type GivenSettings = { readonly [Key in keyof Settings]?: Settings[Key] | undefined } & {
    readonly endpoint: string;
};

/** Fills in the defaults, and brings the endpoint into the form that Nix takes (no trailing slash). */
export function completeSettings(given: GivenSettings): Settings {
    const keyGeneration = given.keyGeneration ?? DEFAULTS.keyGeneration;
    return {
        bucket: given.bucket ?? DEFAULTS.bucket,
        builders: given.builders ?? DEFAULTS.builders,
        endpoint: withoutSlash(given.endpoint),
        ...(given.keyName === undefined ? {} : { keyName: given.keyName }),
        keyGeneration,
        trustedGenerations: given.trustedGenerations ?? upTo(keyGeneration),
        expireDays: given.expireDays ?? DEFAULTS.expireDays,
        narGraceDays: given.narGraceDays ?? DEFAULTS.narGraceDays,
        priority: given.priority ?? DEFAULTS.priority,
        anonymousListing: given.anonymousListing ?? DEFAULTS.anonymousListing,
        protect: given.protect ?? DEFAULTS.protect,
        ...(given.adopt === undefined ? {} : { adopt: given.adopt }),
        expireExisting: given.expireExisting ?? DEFAULTS.expireExisting,
        pinners: given.pinners ?? DEFAULTS.pinners,
        pins: given.pins ?? DEFAULTS.pins,
    };
}

function withoutSlash(endpoint: unknown): string {
    // What is no text is found by the checks, which say so in words.
    return typeof endpoint === "string" ? endpoint.replace(/\/$/, "") : (endpoint as string);
}

/**
 * Every generation that the stack keeps a key of: those that are or were in use stay in the state.
 *
 * @param before those that it keeps now; a number that goes back must not drop
 * a key, for it would be another one under the same name when it comes again
 */
export function keptGenerations(settings: Settings, before: readonly number[] = []): number[] {
    return upTo(Math.max(settings.keyGeneration, ...settings.trustedGenerations, ...before));
}

/** 1, 2, … up to a generation; none when it is no such number (the checks say so, not this). */
function upTo(generation: number): number[] {
    const count = Number.isSafeInteger(generation) ? Math.min(Math.max(generation, 0), MAX_GENERATION) : 0;
    return Array.from({ length: count }, (_, index) => index + 1);
}

/** More would be a mistake in typing: each is a resource of its own in the state. */
export const MAX_GENERATION = 100;
