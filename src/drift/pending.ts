// What the configuration says by now that was not deployed yet.

import { isDeepStrictEqual } from "node:util";
import type { Declaration, Declared } from "../cache/declared.ts";
import type { Settings } from "../cache/settings.ts";

/** The outputs that say which keys were deployed, and for what. */
interface DeployedKeys {
    /** Secret keys by generation. */
    readonly signingKeys: Readonly<Record<string, string>>;
    /** Those that sign, a line for each. */
    readonly secretKey: string;
    readonly hostConfig: { readonly trustedPublicKeys: readonly string[] };
    readonly builders: Readonly<Record<string, { readonly secretKey: string }>>;
}

/** Keys and secrets that were made elsewhere, by generation and by builder. */
interface Given {
    readonly signingKeys?: Readonly<Record<string, string>> | undefined;
    readonly builderSecrets?: Readonly<Record<string, string>> | undefined;
}

/**
 * What of a declaration differs from what was last deployed, in words that go on
 * a sentence; none where they are the same.
 *
 * @param wanted what the configuration declares now, with the generations that were deployed
 */
export function pendingChanges(wanted: Declaration, deployed: Declared): string[] {
    const deployedObjects = new Map(deployed.objects.map(({ name, content }) => [name, content]));
    const { cacheInfo, pins, usagePage } = wanted;
    const own = [cacheInfo.name, usagePage.name, ...pins.map(({ name }) => name)];
    const isPinned =
        pins.every(({ name, content }) => deployedObjects.get(name) === content) &&
        [...deployedObjects.keys()].every((name) => own.includes(name));
    return [
        ...(wanted.bucket === deployed.bucket
            ? []
            : [`bucket ${wanted.bucket} in place of ${deployed.bucket}`]),
        ...differs("what anybody may do", wanted.anonymousPolicy, deployed.anonymousPolicy),
        ...differs("the expiry rules", wanted.rules, deployed.rules),
        ...differs("nix-cache-info", cacheInfo.content, deployedObjects.get(cacheInfo.name)),
        ...differs("the write policy", wanted.writePolicy, deployed.writePolicy),
        ...names("builder", wanted.builders, deployed.builders),
        ...names("pinner", wanted.pinners, deployed.pinners),
        ...differs("what pinners may do", wanted.pinPolicy, deployed.pinPolicy),
        ...(isPinned ? [] : ["the pins of the configuration"]),
    ];
}

/**
 * The same for keys and secrets: which keys sign, which hosts accept, their name, and those that were made
 * elsewhere. That one is not given any more cannot be seen.
 */
export function pendingKeys(
    {
        signingGenerations,
        trustedGenerations,
        keyName,
        keyGeneration,
    }: Pick<Settings, "signingGenerations" | "trustedGenerations" | "keyName" | "keyGeneration">,
    given: Given,
    { signingKeys, secretKey, hostConfig, builders }: DeployedKeys,
): string[] {
    const { signingKeys: givenKeys = {}, builderSecrets = {} } = given;
    const isOther = (deployed: string | undefined, wanted: string) =>
        deployed !== undefined && deployed !== wanted.trim();
    const current = givenKeys[keyGeneration] === undefined ? signingKeys[keyGeneration] : undefined;
    const isRenamed =
        keyName !== undefined && isOther(current && nameOf(current), `${keyName}-${keyGeneration}`);
    const generationsOf = (keys: readonly string[]) => {
        const names = new Set(keys.map(nameOf));
        return Object.keys(signingKeys)
            .filter((generation) => names.has(nameOf(signingKeys[generation] ?? "")))
            .map(Number);
    };
    const inOrder = (generations: readonly number[]) => [...generations].sort((a, b) => a - b);
    return [
        ...differs(
            "the key that signs",
            inOrder(signingGenerations),
            inOrder(generationsOf(secretKey.split("\n"))),
        ),
        ...differs(
            "the keys that hosts accept",
            inOrder(trustedGenerations),
            inOrder(generationsOf(hostConfig.trustedPublicKeys)),
        ),
        ...(isRenamed ? ["the name of the keys"] : []),
        ...Object.entries(givenKeys)
            .filter(([generation, key]) => isOther(signingKeys[generation], key))
            .map(([generation]) => `the key of generation ${generation}`),
        ...Object.entries(builderSecrets)
            .filter(([name, secret]) => isOther(builders[name]?.secretKey, secret))
            .map(([name]) => `the secret of builder ${name}`),
    ];
}

/** Of `NAME:BASE64`. */
function nameOf(key: string): string {
    return key.slice(0, Math.max(0, key.indexOf(":")));
}

function differs(what: string, wanted: unknown, deployed: unknown): string[] {
    // Pulumi keeps the fields of an output in another order.
    return isDeepStrictEqual(wanted, deployed) ? [] : [what];
}

function names(
    kind: string,
    wanted: readonly string[],
    deployed: Readonly<Record<string, string>> = {},
): string[] {
    return [
        ...wanted.filter((name) => !Object.hasOwn(deployed, name)).map((name) => `${kind} ${name} is new`),
        ...Object.keys(deployed)
            .filter((name) => !wanted.includes(name))
            .map((name) => `${kind} ${name} is removed`),
    ];
}
