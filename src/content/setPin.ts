import type { Pin } from "../cache/pin.ts";
import { pinned, type Wanted } from "../cache/pinChange.ts";
import { asEveryone, type Access } from "./access.ts";
import { readPin } from "./readPin.ts";
import type { Upstreams } from "./upstream.ts";
import { wholenessOf, type Wholeness } from "./wholeness.ts";
import { writePin } from "./writePin.ts";

/** What came of a pin that was to be set. */
export interface SetPin {
    /** undefined: it was not written, since something of what it names is missing. */
    readonly pin?: Pin;
    /** undefined: it names what it did before, and was not looked at again. */
    readonly wholeness?: Wholeness;
}

/** How strict it is. */
export interface Strictness {
    /** Writes the pin though something that it names is in no cache. */
    readonly allowMissing: boolean;
    /** Takes what the pin names already for looked at: a timer's daily run only sets the date. */
    readonly trustSame: boolean;
}

/** Whether all is where hosts get it from; what could not be asked for counts as missing. */
export function isWhole({ missing, unknown }: Wholeness): boolean {
    return missing.length + unknown.length === 0;
}

/** Sets a pin, once the cache has what it names. After a push, that is a look at what was just pushed. */
export async function setPin(
    { cache, trustedPublicKeys }: Access,
    wanted: Omit<Wanted, "by">,
    upstreams: Pick<Upstreams, "has">,
    { allowMissing, trustSame }: Strictness,
): Promise<SetPin> {
    const everyone = asEveryone(cache);
    const write = async () => {
        const by = cache.connection.accessKey ?? "";
        const pin = await writePin(cache, wanted.name, (before) =>
            pinned(before, { ...wanted, by }, new Date()),
        );
        return pin === undefined ? {} : { pin };
    };
    if (trustSame) {
        const before = (await readPin(everyone, wanted.name))?.pin;
        const same = JSON.stringify(before?.revisions[0]?.paths) === JSON.stringify(wanted.paths);
        if (same && before?.ended === false) return write();
    }
    const wholeness = await wholenessOf(everyone, wanted.paths, trustedPublicKeys, upstreams);
    return { wholeness, ...(allowMissing || isWhole(wholeness) ? await write() : {}) };
}
