// What fills in, reads and checks any table of settings. The cache's own settings and their defaults stand in settings.ts.

import { shown, type Problem } from "./problem.ts";
import type { AnySetting, Fault } from "./setting.ts";

/** Settings of any kind by their names. */
export type AnyTable<All> = Readonly<Record<string, AnySetting<All>>>;

/**
 * Values with the defaults of a table filled in, each in the form that is used.
 * None is checked; what has neither value nor default is missing, and what is
 * not in the table is left out.
 */
export function complete<Values extends object>(table: AnyTable<Values>, given: object): Values {
    const asGiven = new Map<string, unknown>(Object.entries(given));
    const values: Record<string, unknown> = {};
    for (const [name, setting] of Object.entries(table)) {
        const value = asGiven.get(name) ?? setting.default ?? setting.follows?.(values as Partial<Values>);
        if (value !== undefined) values[name] = setting.form?.(value) ?? value;
    }
    // Where types meet what was given: a table has an entry for each of their members, and problems() looks at each.
    return values as Values;
}

/**
 * What is wrong with values, in the order of their table. They may be of any type at run time.
 *
 * One at a time: a check may take it that the settings above its own are as
 * they must be, where who asks ends at the first problem.
 */
export function* problems<Values extends object>(
    table: AnyTable<Values>,
    values: Values,
): Generator<Problem, void> {
    const each = new Map<string, unknown>(Object.entries(values));
    for (const [name, setting] of Object.entries(table)) {
        const value = each.get(name);
        if (value !== undefined) yield* named(name, faults(setting, value, values));
    }
}

function faults<Values>(setting: AnySetting<Values>, value: unknown, all: Values) {
    return setting.check === undefined ? kindFault(setting, value) : setting.check(value, all);
}

function named(name: string, found: Fault | readonly Problem[] | undefined): readonly Problem[] {
    if (found === undefined) return [];
    return "wrong" in found ? [{ setting: name, ...found }] : found;
}

/** What each kind takes, where its setting says no more, in words and as a test. */
const KINDS: Readonly<Record<AnySetting["kind"], readonly [string, (value: unknown) => boolean]>> = {
    text: ["a text", isText],
    number: ["a whole number", Number.isSafeInteger],
    flag: ["true or false", (value) => typeof value === "boolean"],
    texts: ["a list of texts", (value) => isListOf(value, isText)],
    numbers: ["a list of whole numbers", (value) => isListOf(value, Number.isSafeInteger)],
    objects: ["a list of objects", (value) => isListOf(value, isObject)],
    object: ["an object", isObject],
};

function kindFault({ kind, secret }: AnySetting<never>, value: unknown): Fault | undefined {
    const [allowed, fits] = KINDS[kind];
    if (fits(value)) return undefined;
    // No message quotes a secret.
    return { wrong: secret === undefined ? `is ${shown(value)}` : "is of another kind", allowed };
}

function isText(value: unknown): boolean {
    return typeof value === "string";
}

function isObject(value: unknown): boolean {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, fits: (one: unknown) => boolean): boolean {
    return Array.isArray(value) && value.every(fits);
}
