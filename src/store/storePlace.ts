import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { STORE_DIR } from "../cache/nar.ts";
import { baseName } from "../cache/storePath.ts";
import type { Nix } from "./nix.ts";

/**
 * Where a store path's files are on this machine's disk.
 *
 * A store's URL says it: `local?root=/x` and the folder `/x` (a chroot store) have
 * them below /x/nix/store, `real=` names the folder itself, a daemon's socket may
 * have `root=` too. Stores on other machines have none here.
 *
 * Source: Nix manual, "Store Types"; `local-fs-store.hh`.
 *
 * @returns undefined where it is not there: Nix is to be asked for it
 */
export function placeOf(nix: Nix, storePath: string): string | undefined {
    const folder = storeFolder(nix);
    if (folder === undefined) return undefined;
    const place = join(folder, baseName(storePath));
    return lstatSync(place, { throwIfNoEntry: false }) === undefined ? undefined : place;
}

/** Where a store is on this machine's disk. */
export interface StoreFolders {
    /** The folder of its paths. */
    readonly store: string;
    /** The folder of its logs: `/nix/var/log/nix`. */
    readonly logs: string;
    /** The folder of its database and the like: `/nix/var/nix`. */
    readonly state: string;
}

/** The folders of a store; undefined where its URL does not tell. */
export function storeFolders({ store, env = process.env }: Nix): StoreFolders | undefined {
    const url = store ?? env.NIX_REMOTE ?? "";
    const at = url.indexOf("?");
    const base = at < 0 ? url : url.slice(0, at);
    const parameters = new URLSearchParams(at < 0 ? "" : url.slice(at + 1).replaceAll("+", "%2B"));
    const given = (name: string) => {
        const value = parameters.get(name);
        return value === null || value === "" ? undefined : value;
    };
    const root = given("root") ?? rootIn(base);
    if (root === undefined && !isLocal(base)) return undefined;
    const here = (folder: string) => (root === undefined ? folder : join(resolve(root), folder));
    // What a variable says is for a store without a root.
    const elsewhere = (name: string, folder: string) =>
        (root === undefined ? env[name] : undefined) ?? here(folder);
    const real = isLocal(base) ? given("real") : undefined;
    return {
        store: real ?? here(given("store") ?? env.NIX_STORE_DIR ?? env.NIX_STORE ?? STORE_DIR),
        logs: given("log") ?? elsewhere("NIX_LOG_DIR", "/nix/var/log/nix"),
        state: given("state") ?? elsewhere("NIX_STATE_DIR", "/nix/var/nix"),
    };
}

/** The folder of a store's paths on the disk; undefined where its URL does not tell. */
export function storeFolder(nix: Nix): string | undefined {
    return storeFolders(nix)?.store;
}

/** The folder that is a chroot store, in a store's URL. */
function rootIn(base: string): string | undefined {
    if (base.startsWith("/") || base.startsWith("./")) return base;
    return /^local:\/\/(\/.+)$/.exec(base)?.[1];
}

function isLocal(base: string): boolean {
    return (
        ["", "auto", "daemon", "local", "local://", "unix://", "local-overlay", "local-overlay://"].includes(
            base,
        ) || base.startsWith("unix://")
    );
}
