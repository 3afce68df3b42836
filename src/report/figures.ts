import type { ObjectKind } from "../cache/objectKind.ts";
import type { DaySum, Sum } from "../content/ageTally.ts";
import type { SizeState } from "../content/sizeFit.ts";

/** What is in a cache: what `nix-cache report --json` prints. Sizes are bytes. */
export interface Figures extends Sum {
    /** Format of this object; a change that breaks readers raises it. */
    readonly version: 1;
    readonly bucket: string;
    readonly endpoint: string;
    /** When it was looked at, in ISO 8601. */
    readonly time: string;
    readonly kinds: Readonly<Record<ObjectKind, Sum>>;
    readonly expiry: Expiries;
    readonly growth: Growth;
    /** null: no maxSize is set. */
    readonly size: SizeState | null;
    /** null: narinfos were not read. */
    readonly content: Content | null;
}

/** What days of expiry would keep. */
export interface Expiries {
    /** The days that are set; 0: never. */
    readonly expireDays: number;
    readonly narGraceDays: number;
    readonly rows: readonly ExpiryRow[];
}

/** One choice of expireDays. */
export interface ExpiryRow extends Sum {
    readonly expireDays: number;
    /** Whether it is the one that is set. */
    readonly isSet: boolean;
    /** Bytes that the cache comes to when it has lived so long, at its growth; at least what is there and kept. */
    readonly comesTo: number;
}

/** What was written, or renewed, and is still there. */
export interface Growth {
    readonly days: readonly (Omit<DaySum, "day"> & { readonly day: string })[];
    /** On average over the last 30 days. */
    readonly bytesPerDay: number;
}

/** What the narinfos say. */
export interface Content {
    readonly paths: number;
    /** Paths that no key signed which hosts accept. */
    readonly unsigned: Examples;
    /** Paths whose narinfo cannot be read, or whose NAR is not there or has another size. */
    readonly broken: Examples;
    /** Paths that go after what they need: a reference, or their NAR. */
    readonly outliving: Examples;
    /** Paths that are referred to, and are not here: in another cache, or nowhere. */
    readonly elsewhere: number;
    /** NARs that no narinfo names. */
    readonly leftOver: Sum;
    readonly duplicates: Duplicates;
    readonly largestPaths: readonly Sized[];
    readonly largestClosures: readonly Closure[];
    /** Whether there were too many closures to add up all of them: then the youngest were. */
    readonly isClosuresCut: boolean;
    readonly pins: readonly PinRow[];
    /** What pins keep together, each once. */
    readonly pinned: { readonly paths: number; readonly bytes: number };
    /** Objects in the place of pins that are none. */
    readonly unreadablePins: readonly string[];
}

/** How many, and some of them by name. */
export interface Examples {
    readonly count: number;
    readonly examples: readonly string[];
}

/** What is there more than once. */
export interface Duplicates {
    /** NARs that several paths share, and the bytes that this saves. */
    readonly shared: { readonly nars: number; readonly paths: number; readonly saved: number };
    /** Contents that are stored as more than one object, and the bytes of all but one. */
    readonly twice: { readonly nars: number; readonly bytes: number };
}

/** A store path with its bytes, compressed. */
export interface Sized {
    readonly path: string;
    readonly bytes: number;
}

/** A path with all that it refers to, as far as it is here. */
export interface Closure extends Sized {
    readonly paths: number;
}

/** What a pin keeps. */
export interface PinRow {
    readonly name: string;
    /** Name of the host whose own it is; null: of none. */
    readonly host: string | null;
    readonly by: string;
    readonly paths: number;
    readonly bytes: number;
    /** Bytes that no other pin keeps. */
    readonly alone: number;
    /** Paths that it names and that are not here. */
    readonly missing: number;
}
