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
    if (setting.check !== undefined) return setting.check(value, all);
    return setting.kind === "flag" ? flagFault(value) : undefined;
}

function named(name: string, found: Fault | readonly Problem[] | undefined): readonly Problem[] {
    if (found === undefined) return [];
    return "wrong" in found ? [{ setting: name, ...found }] : found;
}

function flagFault(value: unknown): Fault | undefined {
    return typeof value === "boolean" ? undefined : { wrong: `is ${shown(value)}`, allowed: "true or false" };
}
