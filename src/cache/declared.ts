import { cacheInfo } from "./cacheInfo.ts";
import { CACHE_INFO_NAME, CACHE_INFO_TYPE, USAGE_PAGE_NAME, USAGE_PAGE_TYPE } from "./managedObjects.ts";
import { expiryRules, type ExpiryRule } from "./expiryRules.ts";
import { anonymousPolicy, builderPolicy, pinnerPolicy, type Policy } from "./policies.ts";
import { keptGenerations } from "./generations.ts";
import type { Settings } from "./settings.ts";
import { stackPins } from "./stackPins.ts";

/**
 * Everything that a deployed stack says about its server, as plain values: the
 * stack's output `declared`. What a server holds is compared with it, never
 * with what a newer version of this project would make.
 */
export interface Declared {
    /** Format of this object; a change that breaks readers raises it. */
    readonly version: 1;
    readonly bucket: string;
    readonly anonymousPolicy: Policy;
    readonly rules: readonly ExpiryRule[];
    readonly objects: readonly DeclaredObject[];
    readonly writePolicy: { readonly name: string; readonly document: Policy };
    /** Secrets of the builders by name. */
    readonly builders: Readonly<Record<string, string>>;
    /** The policy of hosts that keep their own pin, and their secrets by name. Absent where there are none. */
    readonly pinPolicy?: { readonly name: string; readonly document: Policy };
    readonly pinners?: Readonly<Record<string, string>>;
    /** Generations whose signing keys are in the state. Absent in what earlier versions wrote. */
    readonly generations?: readonly number[];
    /** URNs of the resources that make these, for taking one out of the state and making it again. */
    readonly urns: DeclaredUrns;
}

/** An object that belongs to the stack. */
export interface DeclaredObject {
    readonly name: string;
    readonly content: string;
    readonly contentType: string;
}

/** Which resource makes which thing. */
export interface DeclaredUrns {
    readonly bucket: string;
    readonly anonymousPolicy: string;
    /** undefined where nothing expires. */
    readonly rules?: string;
    /** By the object's name. */
    readonly objects: Readonly<Record<string, string>>;
    readonly writePolicy: string;
    /** By the builder's name. */
    readonly builders: Readonly<Record<string, string>>;
    /** undefined where there are no pinners. */
    readonly pinPolicy?: string;
    /** By the pinner's name. */
    readonly pinners?: Readonly<Record<string, string>>;
}

/**
 * What a cache of these settings is to be on its server: all that is known
 * before anything is made. The one place where policies, rules, objects and
 * names are made; the components turn the parts into resources, and
 * {@link declared} into the stack's output.
 */
export interface Declaration {
    readonly bucket: string;
    readonly anonymousPolicy: Policy;
    /** None where nothing expires. */
    readonly rules: readonly ExpiryRule[];
    readonly cacheInfo: DeclaredObject;
    /** Its content is known once the signing keys are. */
    readonly usagePage: Omit<DeclaredObject, "content">;
    readonly writePolicy: Declared["writePolicy"];
    /** Names of the users that push. */
    readonly builders: readonly string[];
    /** The objects of the pins that stand in the configuration. */
    readonly pins: readonly DeclaredObject[];
    /** undefined where there are no pinners. */
    readonly pinPolicy?: NonNullable<Declared["pinPolicy"]>;
    /** Names of the users that write a host's own pin. */
    readonly pinners: readonly string[];
    /** Generations whose signing keys are kept. */
    readonly generations: readonly number[];
    /** What a signing key is named after that is made now, where no `keyName` is set. */
    readonly firstKeyName: string;
}

/**
 * What these settings declare.
 *
 * @param before generations whose keys the state has already; default: none
 */
export function declare(settings: Settings, before: readonly number[] = []): Declaration {
    const { bucket, pinners } = settings;
    const pins = stackPins(settings.pins);
    const reserved = { objects: pins.map(({ name }) => name), hostPins: pinners.length > 0 };
    return {
        bucket,
        anonymousPolicy: anonymousPolicy(bucket, settings.anonymousListing),
        rules: expiryRules(settings.expireDays, settings.narGraceDays),
        cacheInfo: {
            name: CACHE_INFO_NAME,
            content: cacheInfo(settings.priority),
            contentType: CACHE_INFO_TYPE,
        },
        usagePage: { name: USAGE_PAGE_NAME, contentType: USAGE_PAGE_TYPE },
        writePolicy: { name: `${bucket}-write`, document: builderPolicy(bucket, reserved) },
        builders: settings.builders,
        pins,
        ...(pinners.length === 0
            ? {}
            : { pinPolicy: { name: `${bucket}-pin`, document: pinnerPolicy(bucket) } }),
        pinners,
        generations: keptGenerations(settings, before),
        // A key's name ends at its first colon, and an IPv6 address is full of them.
        firstKeyName: new URL(settings.endpoint).hostname.replaceAll(/[[\]]/g, "").replaceAll(":", "-"),
    };
}

/** Names of the objects that belong to a stack. */
export function objectNames({ objects }: Declared): string[] {
    return objects.map(({ name }) => name);
}

/** What is known once the resources are made. */
export interface Made {
    /** Secrets of the builders by name. */
    readonly builders: Readonly<Record<string, string>>;
    /** Secrets of the pinners by name. Default: there are none. */
    readonly pinners?: Readonly<Record<string, string>>;
    /** Content of the page that says how to use the cache. */
    readonly page: string;
    readonly urns: DeclaredUrns;
}

/** The stack's output: the declaration, and what became known since. */
export function declared(declaration: Declaration, { builders, pinners = {}, page, urns }: Made): Declared {
    const {
        bucket,
        anonymousPolicy,
        rules,
        cacheInfo,
        usagePage,
        writePolicy,
        generations,
        pins,
        pinPolicy,
    } = declaration;
    const { name, contentType } = usagePage;
    return {
        version: 1,
        bucket,
        anonymousPolicy,
        rules,
        objects: [cacheInfo, { name, content: page, contentType }, ...pins],
        writePolicy,
        builders,
        ...(pinPolicy === undefined ? {} : { pinPolicy, pinners }),
        generations,
        urns,
    };
}
