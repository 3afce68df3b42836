import { BESIDE } from "./besideNames.ts";
import { byBytes } from "./nar.ts";
import { signDetached } from "./signingKey.ts";
import { baseName } from "./storePath.ts";

/** That an output of a content-addressed derivation is a store path, as Nix up to 2.34 knows it. */
export interface HashRealisation {
    /** `sha256:HEX!OUTPUT`: the hash of the derivation, with its inputs, and the output's name. */
    readonly id: string;
    /** Full store path. */
    readonly outPath: string;
    /** What the path refers to, likewise: full store paths by ids. */
    readonly dependents: ReadonlyMap<string, string>;
    /** Each `NAME:base64`. */
    readonly signatures: readonly string[];
}

/** The same as Nix from 2.35 on knows it, for derivations whose inputs are store paths. */
export interface BuildTrace {
    /** Name of the derivation, `HASH-NAME.drv`. */
    readonly drv: string;
    /** The output's name. */
    readonly output: string;
    /** Full store path. */
    readonly outPath: string;
    /** Each `NAME:base64`. */
    readonly signatures: readonly string[];
}

export type Realisation = HashRealisation | BuildTrace;

/** Where a cache has it. Source: `binary-cache-store.cc`, `makeRealisationPath`, of 2.34 and of 2.35. */
export function realisationKey(one: Realisation): string {
    return "id" in one
        ? `${BESIDE.realisations}${one.id}.doi`
        : `${BESIDE.buildTraces}${one.drv}/${one.output}.doi`;
}

/**
 * The object that a cache has of it, signed beside the signatures that it has.
 *
 * Source: `realisation.cc`: a signature covers the JSON, members in the order of
 * their names, without signatures. Nix 2.34 passes over what a path refers to when
 * it reads, and then checks a signature of what is left; so there is one of either.
 *
 * @param secretKeys each `NAME:base64`
 */
export function realisationText(one: Realisation, secretKeys: readonly string[]): string {
    const own = secretKeys.flatMap((key) => covered(one).map((text) => signDetached(key, text)));
    const signatures = [...new Set([...one.signatures, ...own])].sort(byBytes);
    if ("id" in one) return JSON.stringify({ ...asHash(one, one.dependents), signatures });
    return JSON.stringify({
        outPath: baseName(one.outPath),
        signatures: signatures.map((text) => {
            const colon = text.indexOf(":");
            return { keyName: text.slice(0, colon), sig: text.slice(colon + 1) };
        }),
    });
}

/** What signatures cover. */
function covered(one: Realisation): string[] {
    const outPath = baseName(one.outPath);
    if (!("id" in one))
        return [JSON.stringify({ key: { drvPath: one.drv, outputName: one.output }, value: { outPath } })];
    const forms = one.dependents.size === 0 ? [one.dependents] : [one.dependents, new Map<string, string>()];
    return forms.map((dependents) => JSON.stringify(asHash(one, dependents)));
}

function asHash({ id, outPath }: HashRealisation, dependents: ReadonlyMap<string, string>) {
    const sorted = [...dependents].sort(([a], [b]) => byBytes(a, b));
    return {
        dependentRealisations: Object.fromEntries(sorted.map(([of, path]) => [of, baseName(path)])),
        id,
        outPath: baseName(outPath),
    };
}
