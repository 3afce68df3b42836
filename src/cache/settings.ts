import { MAX_GENERATION, upTo } from "./generations.ts";
import { pinnersFault, pinsFault } from "./pinChecks.ts";
import type { Problem } from "./problem.ts";
import type { Completed, Table } from "./setting.ts";
import { complete, problems } from "./settingTable.ts";
import {
    adoptFault,
    bucketFault,
    buildersFault,
    endpointFault,
    keyNameFault,
    signingFault,
    sizeFault,
    trustedFault,
    wholeNumber,
} from "./valueChecks.ts";

/**
 * What a cache is to be, as somebody gives it: arguments of the component, and
 * the stack's configuration. Pulumi's analyzer of components reads an interface
 * alone, so the types stand here, and the compiler holds {@link SETTINGS} to them.
 */
export interface GivenSettings {
    /** Name of the bucket. Default: `nix-cache`. */
    readonly bucket?: string | undefined;
    /** Names of the users that push, at least one. Default: `nixbuilder` alone. */
    readonly builders?: readonly string[] | undefined;
    /** The server's URL as hosts use it, with scheme and without a path, for example `https://s3.homelab.local`. */
    readonly endpoint: string;
    /**
     * What the signing keys are named after. Default: the endpoint's host as it
     * was when the stack was first deployed; a later change of the endpoint
     * renames no key.
     */
    readonly keyName?: string | undefined;
    /** Number of the key that new pushes are signed with, from 1. Default: 1. Another number is another key. */
    readonly keyGeneration?: number | undefined;
    /** Numbers of the keys that hosts accept. Default: all from 1 to {@link keyGeneration}. */
    readonly trustedGenerations?: readonly number[] | undefined;
    /** Numbers of the keys that new pushes are signed with, {@link keyGeneration} among them. Default: that one alone. */
    readonly signingGenerations?: readonly number[] | undefined;
    /** Days after which a pushed path expires. 0: never. Default: 30. */
    readonly expireDays?: number | undefined;
    /** Days that a NAR is kept beyond that. Default: 7. */
    readonly narGraceDays?: number | undefined;
    /** Priority among a host's substituters; lower is asked first. Default: 40, as cache.nixos.org has. */
    readonly priority?: number | undefined;
    /** Whether everyone may list the bucket, as with `mc anonymous set download`. Default: true. */
    readonly anonymousListing?: boolean | undefined;
    /** Whether the bucket and the signing keys are protected from `pulumi destroy`. Default: true. */
    readonly protect?: boolean | undefined;
    /** Name of a bucket with objects, but without nix-cache-info, that is to become this cache. Default: none is taken over. */
    readonly adopt?: string | undefined;
    /** Whether a new or shorter expiry may take objects that are there already. Default: false. */
    readonly expireExisting?: boolean | undefined;
    /** Size that the cache is to stay below, for example `200GiB`. Default: none. */
    readonly maxSize?: string | undefined;
    /** Names of hosts that get a user which can write the host's own pin and nothing else. Default: none. */
    readonly pinners?: readonly string[] | undefined;
    /** Pins that no builder can change, by name: each a store path. Default: none. */
    readonly pins?: Readonly<Record<string, string>> | undefined;
}

/** MinIO counts days in nanoseconds of 64 bits; a hundred years are far from that and surely meant. */
const days = wholeNumber(0, 36_500);

/** The settings of a cache: each is stated here, in {@link GivenSettings}, and where it is used. */
export const SETTINGS = {
    bucket: {
        kind: "text",
        told: true,
        default: "nix-cache",
        check: bucketFault,
        description: "Name of the bucket.",
        more: "It can change only with `protect: false`, and while the old bucket holds nothing that was pushed ([how to move](operating.md#another-name-for-the-bucket)).",
    },
    builders: {
        kind: "texts",
        told: true,
        default: ["nixbuilder"],
        check: buildersFault,
        description: "Names of the users that push, each with a secret of its own.",
        more: "`pulumi config set --path 'builders[0]' nixbuilder`, then `… 'builders[1]' ci-runner` (names of 3 to 64 letters, digits and `. @ _ + -`, which differ by more than capitals).",
    },
    endpoint: {
        kind: "text",
        told: true,
        unset: "from `minio:minioServer` and `minio:minioSsl`",
        // What is no text is found by the check, which says so in words.
        form: (given) => (typeof given === "string" ? given.replace(/\/$/, "") : given),
        check: endpointFault,
        description: "The server's URL as hosts use it.",
        more: "For a server that hosts reach by another name: scheme, host and perhaps a port.",
    },
    keyName: {
        kind: "text",
        unset: "the endpoint's host when each key was made",
        check: keyNameFault,
        description: "What the signing keys are named after.",
        more: "A key is `<keyName>-<keyGeneration>`. A later change of the endpoint renames no key; another `keyName` does, and the old name stays trusted.",
    },
    keyGeneration: {
        kind: "number",
        default: 1,
        check: wholeNumber(1, MAX_GENERATION),
        description:
            "Number of the signing key in use; another number is another key, earlier ones are kept.",
    },
    trustedGenerations: {
        kind: "numbers",
        follows: ({ keyGeneration }) => upTo(keyGeneration),
        unset: "all up to `keyGeneration`",
        check: (trusted, { keyGeneration }) => trustedFault(trusted, keyGeneration),
        description: "Numbers of the signing keys that hosts accept.",
        more: "One above `keyGeneration` is announced by that: hosts trust it before it signs anything ([rotation](rotation.md)).",
    },
    signingGenerations: {
        kind: "numbers",
        follows: ({ keyGeneration }) => (keyGeneration === undefined ? [] : [keyGeneration]),
        unset: "the one of `keyGeneration`",
        check: (signing, all) => signingFault(signing, all),
        description: "Numbers of the signing keys that new pushes are signed with.",
        more: "Several while a key is [rotated](rotation.md): `secretKey` then has a line for each.",
    },
    expireDays: {
        kind: "number",
        told: true,
        default: 30,
        check: days,
        description: "Days after which a pushed path expires; 0 - never.",
    },
    narGraceDays: {
        kind: "number",
        told: true,
        default: 7,
        check: days,
        description: "Days that a NAR is kept beyond `expireDays`.",
    },
    priority: {
        kind: "number",
        told: true,
        default: 40,
        check: wholeNumber(0, 2_147_483_647),
        description: "Priority among a host's substituters; lower is asked first (cache.nixos.org has 40).",
    },
    anonymousListing: {
        kind: "flag",
        default: true,
        description: "Whether everyone may list the bucket; everyone may read what it holds.",
    },
    protect: {
        kind: "flag",
        default: true,
        description: "Whether the bucket and the signing keys are kept from `pulumi destroy`.",
    },
    adopt: {
        kind: "text",
        unset: "none",
        check: (adopt, { bucket }) => adoptFault(adopt, bucket),
        description:
            "Name of a bucket that is to become this cache, though it holds other objects or others may push to it.",
    },
    expireExisting: {
        kind: "flag",
        default: false,
        description: "Whether a new or shorter expiry may take objects that are there already.",
    },
    maxSize: {
        kind: "text",
        told: true,
        unset: "none",
        check: sizeFault,
        description: "Size that the cache is to stay below, for example 200GiB.",
        more: "`report` and `doctor` warn from 90 % of it on; `trim` cuts to it ([how](report.md)).",
    },
    pinners: {
        kind: "texts",
        default: [],
        unset: "none",
        check: (pinners, { builders = [] }) => pinnersFault(pinners, builders),
        description:
            "Names of hosts that keep their own system alive, each with a user that can write its own pin and nothing else.",
        more: "[How](alive.md#hosts-that-keep-their-own-system).",
    },
    pins: {
        kind: "object",
        default: {},
        unset: "none",
        check: pinsFault,
        description: "Pins that no builder can change: store paths by the names of the pins.",
        more: "`pulumi config set --path 'pins.laptop' /nix/store/…` ([pins](alive.md)).",
    },
} as const satisfies Table<GivenSettings>;

/** What a cache is, as plain values: every default filled in, nothing read from anywhere. */
export type Settings = Completed<GivenSettings, typeof SETTINGS>;

/** Fills in the defaults, and brings the endpoint into the form that Nix takes (no trailing slash). */
export function completeSettings(given: GivenSettings): Settings {
    return complete<Settings>(SETTINGS, given);
}

/**
 * All that is wrong with these settings, in the order of their fields; empty when they can be deployed.
 * Values are checked for what they are at run time too, since configuration and JavaScript know no types.
 */
export function settingsProblems(settings: Settings): Problem[] {
    return [...problems(SETTINGS, settings)];
}
