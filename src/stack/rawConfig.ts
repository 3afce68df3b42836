import { UserError } from "../cache/problem.ts";
import type { AnySetting } from "../cache/setting.ts";
import { complete, problems, type AnyTable } from "../cache/settingTable.ts";

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

/** What Pulumi.yaml gives to a key whose default it cannot state: a text that means that it is not set. */
export const EMPTY: Readonly<Record<AnySetting["kind"], string>> = {
    text: "",
    number: "",
    flag: "",
    texts: "[]",
    numbers: "[]",
    objects: "[]",
    object: "{}",
};

/**
 * The settings of a table as a namespace of the configuration has them, with every default filled in, checked.
 *
 * @param otherwise values of settings that are not set and whose default only the caller knows
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function readTable<Values extends object>(
    raw: RawConfig,
    namespace: string,
    table: AnyTable<Values>,
    otherwise: object = {},
): Values {
    const given = new Map<string, unknown>(Object.entries(otherwise));
    for (const [name, setting] of Object.entries(table)) {
        const key = `${namespace}:${name}`;
        const value = meant(raw.values[key], setting);
        if (value !== undefined) given.set(name, value);
        else if (setting.needed !== undefined) fail(raw, key, "is not set", setting.needed);
        if (value !== undefined && setting.secret !== undefined && !raw.isSecret(key))
            fail(raw, key, "is in clear text", setting.secret);
    }
    const values = complete(table, Object.fromEntries(given));
    const [problem] = problems(table, values);
    if (problem !== undefined) fail(raw, `${namespace}:${problem.setting}`, problem.wrong, problem.allowed);
    return values;
}

/** A value as it was meant: a text, number, boolean, list or object; undefined where it is not set. */
function meant(text: string | undefined, { kind, unset }: AnySetting<never>): unknown {
    if (text === undefined || text === "" || (unset !== undefined && text === EMPTY[kind])) return undefined;
    if (kind === "text") return text;
    if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    if (text === "true" || text === "false") return text === "true";
    try {
        return /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text;
    } catch {
        return text;
    }
}

/** @throws UserError that says what is wrong with a key, where it was set, and what is allowed */
export function fail(raw: RawConfig, key: string, wrong: string, allowed: string): never {
    throw new UserError(`${key} in Pulumi.${raw.stack}.yaml ${wrong}; it must be ${allowed}`);
}
