import { lstatSync, opendirSync } from "node:fs";
import { join } from "node:path";
import { isStoreName } from "../cache/storeName.ts";
import { isSystemError } from "../system/systemError.ts";

/** A name in the store's folder that may be, or become, a valid path. Times in milliseconds. */
interface Candidate {
    readonly name: string;
    readonly seen: number;
    readonly due: number;
    readonly pauseMs: number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A file system's clock runs in steps behind the system's. */
const SLACK_MS = 2_000;

/**
 * What appeared in the store's folder and is not dealt with yet. A path is there
 * before it is valid, and no file changes when it becomes so: it is asked for again
 * as long as it is there, with pauses that double up to a minute.
 */
export class Candidates {
    private readonly folder: string;
    private readonly waiting = new Map<string, Candidate>();

    /** @param folder where the store's paths are: `/nix/store` */
    constructor(folder: string) {
        this.folder = folder;
    }

    /** Adds a name, if a path may be called so and it is there. */
    add(name: string, now = Date.now()): void {
        if (this.waiting.has(name) || !isWanted(name) || this.changedAt(name) === undefined) return;
        this.waiting.set(name, { name, seen: now, due: now, pauseMs: FIRST_PAUSE_MS });
    }

    /**
     * Adds all that changed since then. The time of an entry's own change counts:
     * Nix sets the time of its content to 1970.
     *
     * @throws what the file system throws
     */
    scan(since: number, now = Date.now()): void {
        const open = opendirSync(this.folder);
        try {
            for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
                if (!isWanted(entry.name)) continue;
                const changed = this.changedAt(entry.name);
                if (changed !== undefined && changed >= since - SLACK_MS) this.add(entry.name, now);
            }
        } finally {
            open.closeSync();
        }
    }

    /** Those that are to be asked for now. */
    due(now = Date.now()): string[] {
        return [...this.waiting.values()].filter(({ due }) => due <= now).map(({ name }) => name);
    }

    /** Milliseconds until the next one is due. */
    untilDue(now = Date.now()): number {
        const times = [...this.waiting.values()].map(({ due }) => due - now);
        return Math.max(
            times.reduce((soonest, time) => Math.min(soonest, time), Infinity),
            0,
        );
    }

    /** Tells that this one is dealt with. */
    done(name: string): void {
        this.waiting.delete(name);
    }

    /** Tells that this one is to be asked for again, if it is there then. */
    later(name: string, now = Date.now()): void {
        const candidate = this.waiting.get(name);
        if (candidate === undefined) return;
        if (this.changedAt(name) === undefined) {
            this.waiting.delete(name);
            return;
        }
        const pauseMs = Math.min(candidate.pauseMs * 2, LONGEST_PAUSE_MS);
        this.waiting.set(name, { ...candidate, due: now + candidate.pauseMs, pauseMs });
    }

    /** When the first of them was seen that is not dealt with; undefined: all are. */
    get oldest(): number | undefined {
        const seen = [...this.waiting.values()].map((one) => one.seen);
        return seen.length === 0 ? undefined : seen.reduce((a, b) => Math.min(a, b));
    }

    private changedAt(name: string): number | undefined {
        try {
            return lstatSync(join(this.folder, name)).ctimeMs;
        } catch (error) {
            if (isSystemError(error)) return undefined;
            throw error;
        }
    }
}

/**
 * Derivations say how something is built, and nobody fetches them. A lock is told
 * from a path of such a name (`…-Cargo.lock`) by Nix alone.
 */
function isWanted(name: string): boolean {
    return isStoreName(name) && !/\.drv(\.chroot|\.lock)?$/.test(name);
}
