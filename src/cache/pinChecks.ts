import { isPlainPinName, PIN_NAME_WORDS } from "./pinName.ts";
import { shown } from "./problem.ts";
import type { Fault } from "./setting.ts";
import { isStorePath } from "./storePath.ts";

/** Each is a user in the state, and a name in every look for drift. */
const MOST_PINNERS = 1_000;
/** Two objects and two denials in the builders' policy each, and MinIO takes policies of 20 KiB. */
export const MOST_STACK_PINS = 50;

/** Names of hosts: a pinner is a user on the server, and its name stands in that of its pin. */
export function pinnersFault(pinners: unknown, builders: readonly string[]): Fault | undefined {
    const allowed = `a list of at most ${MOST_PINNERS} different names, each 3 to 64 letters, digits and . _ -, first a letter or digit, none of them in builders`;
    const problem = (wrong: string): Fault => ({ wrong, allowed });
    if (!Array.isArray(pinners)) return problem(`is ${shown(pinners)}`);
    const names: unknown[] = pinners;
    if (names.length > MOST_PINNERS) return problem(`has ${names.length} names`);
    const refused = names.find((name) => !isPlainPinName(name) || name.length < 3);
    if (refused !== undefined) return problem(`has ${shown(refused)}`);
    const seen = new Map(names.length === 0 ? [] : builders.map((name) => [lower(name), name]));
    for (const name of names as string[]) {
        const other = seen.get(lower(name));
        // MinIO keeps each user in a folder of its name, and some file systems know no capitals.
        if (other !== undefined && other !== name)
            return problem(`has ${shown(name)} beside ${shown(other)}`);
        if (other !== undefined)
            return problem(`has ${shown(name)}${builders.includes(name) ? ", a builder" : " twice"}`);
        seen.set(lower(name), name);
    }
    return undefined;
}

function lower(name: unknown): string {
    return String(name).toLowerCase();
}

/** The pins that stand in the configuration. */
export function pinsFault(pins: unknown): Fault | undefined {
    if (typeof pins !== "object" || pins === null || Array.isArray(pins))
        return { wrong: `is ${shown(pins)}`, allowed: "store paths by the names of pins" };
    const entries = Object.entries(pins as Record<string, unknown>);
    if (entries.length > MOST_STACK_PINS)
        return { wrong: `has ${entries.length} pins`, allowed: `at most ${MOST_STACK_PINS}` };
    for (const [name, path] of entries) {
        if (!isPlainPinName(name)) return { wrong: `has the name ${shown(name)}`, allowed: PIN_NAME_WORDS };
        if (typeof path !== "string" || !isStorePath(path))
            return { wrong: `has ${shown(path)} for ${name}`, allowed: "a store path, /nix/store/HASH-NAME" };
    }
    return undefined;
}
