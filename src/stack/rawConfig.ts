import { shown, UserError } from "../cache/problem.ts";

/** A stack's configuration as Pulumi has it: texts by full keys such as `nix-cache:bucket`. */
export interface RawConfig {
    readonly values: Readonly<Record<string, string>>;
    /** Full keys of the values that are kept encrypted. */
    readonly isSecret: (key: string) => boolean;
    /** The project's name: the namespace of its own keys. */
    readonly project: string;
    /** The stack's name, for messages. */
    readonly stack: string;
    /** The folder with Pulumi.yaml: what relative paths are relative to. */
    readonly folder: string;
}

/** Keys whose value is a text even where it looks like a number or a list. */
const TEXTS =
    /^minio:minio(Server|User|Password|Region|CacertFile)$|:(adopt|bucket|endpoint|hostsPrivateKey|keyName)$/;
/**
 * A value as it was meant: a text, number, boolean, list or object; undefined
 * where it is not set, or is what Pulumi.yaml gives to a key whose default
 * depends on others.
 */
export function value(raw: RawConfig, key: string): unknown {
    const text = raw.values[key];
    if (text === undefined || text === "" || (text === "[]" && key.endsWith(":trustedGenerations")))
        return undefined;
    if (TEXTS.test(key)) return text;
    if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    if (text === "true" || text === "false") return text === "true";
    try {
        return /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text;
    } catch {
        return text;
    }
}

/**
 * A text of the provider's own keys that must be set.
 *
 * @param what what it is to be
 * @param example a value, for the command that sets it; undefined: it is a secret
 * @throws UserError when it is not set
 */
export function required(raw: RawConfig, key: string, what: string, example: string | undefined): string {
    const text = value(raw, `minio:${key}`);
    if (typeof text === "string") return text;
    const set = example === undefined ? `--secret minio:${key}` : `minio:${key} ${example}`;
    return fail(raw, `minio:${key}`, "is not set", `${what}; set it with: pulumi config set ${set}`);
}

/**
 * A switch of the provider's own keys. Default: false.
 *
 * @throws UserError when it is neither true nor false
 */
export function boolean(raw: RawConfig, key: string): boolean {
    const given = value(raw, `minio:${key}`) ?? false;
    return typeof given === "boolean"
        ? given
        : fail(raw, `minio:${key}`, `is ${shown(given)}`, "true or false");
}

/** @throws UserError that says what is wrong with a key, where it was set, and what is allowed */
export function fail(raw: RawConfig, key: string, wrong: string, allowed: string): never {
    throw new UserError(`${key} in Pulumi.${raw.stack}.yaml ${wrong}; it must be ${allowed}`);
}
