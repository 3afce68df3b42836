import { shown, type Problem } from "./problem.ts";

/**
 * Where pins are. No expiry rule meets the prefix: `_` is outside of Nix's
 * base-32 alphabet (src/cache/expiryRules.ts), so a pin ends by what it says, never by its age.
 */
export const PIN_PREFIX = "_pins/";

/** What the names of hosts' own pins begin with: `hosts/laptop` is the pin of the pinner `laptop`. */
export const HOST_PINS = "hosts/";

/** Of the two objects of a pin, the ending of the one that says until when it lasts, and what it pinned before. */
const RECORD = ".json";

/** The two objects of a pin. */
export interface PinKeys {
    /**
     * A store path and a line end, for people: what `curl` gets of it is an
     * argument of `nix-store --realise`. Made from the record, and never read for what is alive.
     */
    readonly pointer: string;
    /** The record, which is what counts (src/cache/pin.ts). */
    readonly record: string;
}

/** The objects of the pin of this name. */
export function pinKeys(name: string): PinKeys {
    return { pointer: `${PIN_PREFIX}${name}`, record: `${PIN_PREFIX}${name}${RECORD}` };
}

/** The pin whose record this object is; undefined: it is none. */
export function pinOfRecord(key: string): string | undefined {
    if (!key.startsWith(PIN_PREFIX) || !key.endsWith(RECORD)) return undefined;
    const name = key.slice(PIN_PREFIX.length, -RECORD.length);
    return isPinName(name) ? name : undefined;
}

/** What a pin may be called, in words. */
export const PIN_NAME_WORDS =
    "1 to 64 letters, digits, dots, _ and -, first a letter or digit, not hosts, and without .json at its end";

/**
 * Whether this is the name of a pin: a plain one, or `hosts/` and a plain one.
 * It stands in object names, URLs, shell commands and policies, where `*`, `?`,
 * `$`, `/` and `..` would say something else.
 */
export function isPinName(name: string): boolean {
    return isPlainPinName(name.startsWith(HOST_PINS) ? name.slice(HOST_PINS.length) : name);
}

/** The same without `hosts/`: what builders and the stack's configuration may call a pin. */
export function isPlainPinName(name: unknown): name is string {
    return (
        typeof name === "string" &&
        /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/.test(name) &&
        !/\.json$/i.test(name) &&
        // An object of this name would be in the way of the folder.
        name.toLowerCase() !== "hosts"
    );
}

/** The pin that the host of this name keeps. */
export function hostPin(pinner: string): string {
    return `${HOST_PINS}${pinner}`;
}

/** What is wrong with a name that a setting has, if anything. */
export function pinNameProblem(setting: string, name: unknown): Problem[] {
    return isPlainPinName(name) ? [] : [{ setting, wrong: `has ${shown(name)}`, allowed: PIN_NAME_WORDS }];
}
