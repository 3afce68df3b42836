import { BESIDE } from "./besideNames.ts";
import { CACHE_INFO_NAME, USAGE_PAGE_NAME } from "./managedObjects.ts";
import { PROBE } from "./probe.ts";

/** What the objects of a cache are. */
export type ObjectKind = keyof typeof KIND_WORDS;

/** The same for people. */
export const KIND_WORDS = {
    narinfo: "narinfos",
    nar: "NARs",
    listing: "listings of files",
    log: "build logs",
    realisation: "build traces",
    debuginfo: "debug info",
    pin: "pins",
    own: "the stack's own",
    other: "others",
} as const;

const FOLDERS: Readonly<Record<string, ObjectKind>> = {
    "nar/": "nar",
    [BESIDE.logs]: "log",
    [BESIDE.debugInfo]: "debuginfo",
    [BESIDE.realisations]: "realisation",
    [BESIDE.buildTraces]: "realisation",
    "_pins/": "pin",
};

const OWN: readonly string[] = [CACHE_INFO_NAME, USAGE_PAGE_NAME, PROBE];

/** What an object is, by its name: Nix fixes where everything of a binary cache is (Nix manual, "Binary Cache"). */
export function kindOf(key: string): ObjectKind {
    const slash = key.indexOf("/");
    if (slash >= 0) {
        const folder = key.slice(0, slash + 1);
        return Object.hasOwn(FOLDERS, folder) ? (FOLDERS[folder] ?? "other") : "other";
    }
    const ending = /^[0-9a-z]{32}\.(narinfo|ls)$/.exec(key)?.[1];
    if (ending !== undefined) return ending === "ls" ? "listing" : "narinfo";
    return OWN.includes(key) ? "own" : "other";
}
