import { cacheInfo } from "./cacheInfo.ts";
import { CACHE_INFO_NAME, CACHE_INFO_TYPE, USAGE_PAGE_NAME, USAGE_PAGE_TYPE } from "./managedObjects.ts";
import { expiryRules, type ExpiryRule } from "./expiry.ts";
import { anonymousPolicy, builderPolicy, type Policy } from "./policies.ts";
import type { Settings } from "./settings.ts";

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
}

/**
 * What these settings declare.
 *
 * @param page content of the page that says how to use the cache
 */
export function declare(
    settings: Settings,
    builders: Readonly<Record<string, string>>,
    generations: readonly number[],
    page: string,
    urns: DeclaredUrns,
): Declared {
    return {
        version: 1,
        bucket: settings.bucket,
        anonymousPolicy: anonymousPolicy(settings.bucket, settings.anonymousListing),
        rules: expiryRules(settings.expireDays, settings.narGraceDays),
        objects: [
            { name: CACHE_INFO_NAME, content: cacheInfo(settings.priority), contentType: CACHE_INFO_TYPE },
            { name: USAGE_PAGE_NAME, content: page, contentType: USAGE_PAGE_TYPE },
        ],
        writePolicy: { name: `${settings.bucket}-write`, document: builderPolicy(settings.bucket) },
        builders,
        generations,
        urns,
    };
}
