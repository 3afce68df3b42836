import { STORE_DIR } from "../cache/nar.ts";
import { isOutage, oneLine } from "../store/outage.ts";
import { isSignedBy } from "../store/closure.ts";
import type { Nix } from "../store/nix.ts";
import { PATHS_AT_ONCE } from "../store/nix.ts";
import { validPaths } from "../store/validPaths.ts";
import { PathError } from "../cache/faults.ts";
import { Changes } from "../system/changes.ts";
import { Candidates } from "./candidates.ts";
import type { Incoming } from "./incoming.ts";
import { readMark, writeMark } from "./watchMark.ts";

/** How the store is watched. */
export interface WatchSettings {
    readonly nix: Nix;
    /** The folder with the store's paths. */
    readonly folder: string;
    /** Names of keys; what one of them signed is in another cache, and is not queued. */
    readonly upstreamKeys: readonly string[];
    /** Number of paths that may wait in the queue. */
    readonly limit: number;
    /** File that says since when paths may have been missed. */
    readonly mark: string;
    /** Takes a line for a person. */
    readonly say: (line: string) => void;
}

/** The store is read as a whole so often, since a system may tell of less than happens; untold, more often. */
const AGAIN_MS = 30 * 60_000;
const AGAIN_UNTOLD_MS = 60_000;
/** What comes within so many milliseconds is asked for by one process. */
const GATHER_MS = 500;
const PAUSE_MS = 10_000;

/** Queues what becomes valid in the store. Whoever makes one holds the lock. */
export class StoreWatch {
    private readonly incoming: Incoming;
    private readonly settings: WatchSettings;
    private readonly candidates: Candidates;
    private readonly changes: Changes;
    private trouble: string | undefined;

    constructor(incoming: Incoming, settings: WatchSettings) {
        this.incoming = incoming;
        this.settings = settings;
        this.candidates = new Candidates(settings.folder);
        this.changes = new Changes([settings.folder]);
    }

    /**
     * Queues what became valid since the last time, and ends. The first time, the
     * store is taken as it is: only what comes later is queued.
     *
     * @returns whether all could be queued that is valid
     */
    async once(): Promise<boolean> {
        const began = Date.now();
        this.candidates.scan(this.since(began));
        const well = await this.settle();
        this.keep(began);
        return well;
    }

    /** Goes on for ever. @throws what the file system throws when the store cannot be read at the begin */
    async watch(): Promise<never> {
        let since = this.since(Date.now());
        for (;;) {
            const began = Date.now();
            const again = began + (this.changes.watch() ? AGAIN_MS : AGAIN_UNTOLD_MS);
            this.candidates.scan(since);
            while (Date.now() < again && !this.changes.isIncomplete) {
                const round = Date.now();
                for (let name = this.changes.take(); name !== undefined; name = this.changes.take())
                    this.candidates.add(name);
                const some = this.candidates.due().length > 0;
                const well = await this.settle();
                if (some) this.keep(round);
                await this.changes.wait(Math.min(again - Date.now(), this.untilDue(well)));
                await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
            }
            since = Math.min(began, this.candidates.oldest ?? began);
        }
    }

    private untilDue(well: boolean): number {
        return well ? this.candidates.untilDue() : PAUSE_MS;
    }

    /** Where it goes on; the first time from now. */
    private since(now: number): number {
        const mark = readMark(this.settings.mark);
        // One from a clock that was wrong would skip all until then.
        if (mark !== undefined && mark <= now) return mark;
        writeMark(this.settings.mark, now);
        return now;
    }

    /** Asks for what is due, and queues it. @returns whether nothing went wrong */
    private async settle(): Promise<boolean> {
        const due = this.candidates.due();
        try {
            for (let at = 0; at < due.length; at += PATHS_AT_ONCE)
                if (!(await this.queue(due.slice(at, at + PATHS_AT_ONCE)))) return false;
            this.trouble = undefined;
            return true;
        } catch (error) {
            if (!(error instanceof Error) || !(isOutage(error) || error instanceof PathError)) throw error;
            this.tell(`what came into the store is not queued yet: ${oneLine(error)}`);
            return false;
        }
    }

    private async queue(names: readonly string[]): Promise<boolean> {
        const { nix, upstreamKeys, limit, say } = this.settings;
        const valid = await validPaths(
            nix,
            names.map((name) => `${STORE_DIR}/${name}`),
        );
        const ours = valid.filter((member) => !isSignedBy(member, upstreamKeys));
        const paths = ours.map(({ path }) => path);
        const room = this.incoming.room(limit);
        const added = this.incoming.add(paths.slice(0, room), limit);
        const left = new Set(paths.filter((_, n) => (added[n] ?? "dropped") === "dropped"));
        const dealtWith = new Set(valid.map(({ path }) => path).filter((path) => !left.has(path)));
        for (const name of names) {
            if (dealtWith.has(`${STORE_DIR}/${name}`)) this.candidates.done(name);
            else if (!left.has(`${STORE_DIR}/${name}`)) this.candidates.later(name);
        }
        const queued = added.filter((one) => one === "queued").length;
        const skipped = valid.length - ours.length;
        if (queued > 0 || skipped > 0)
            say(`queued ${queued}, skipped ${skipped} with an upstream's signature`);
        if (left.size > 0)
            this.tell(
                `the queue is full (${limit}): ${left.size} more ${left.size === 1 ? "path waits" : "paths wait"} for room in it`,
            );
        return left.size === 0;
    }

    /** What is dealt with needs not be looked at again. */
    private keep(now: number): void {
        const since = Math.min(now, this.candidates.oldest ?? now);
        try {
            writeMark(this.settings.mark, since);
        } catch (error) {
            if (!(error instanceof Error) || !isOutage(error)) throw error;
            this.tell(`the mark of what is done cannot be written: ${oneLine(error)}`);
        }
    }

    /** Says what is wrong, once as long as it lasts. */
    private tell(line: string): void {
        if (this.trouble === line) return;
        this.trouble = line;
        this.settings.say(line);
    }
}
