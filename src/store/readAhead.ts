import { close, open, read } from "node:fs";
import { promisify } from "node:util";
import { onDisk } from "./bytePath.ts";
import type { FolderEntry } from "./folder.ts";
import { READ_ONLY } from "./smallFile.ts";

/** Files that are read ahead at the same time. */
const AT_ONCE = 16;
/** Bytes of each. What is larger is not read whole here. */
const BYTES = 256 * 1024;
/** After a slow file, so many are read ahead; another slow one prolongs it. */
const FILES = 64;

/** What is read is not kept, so all may write into the same. */
const scratch = Buffer.allocUnsafeSlow(BYTES);

const openAsync = promisify(open);
const readAsync = promisify(read);
const closeAsync = promisify(close);

/** A folder whose files are next. */
export interface Ahead {
    /** Its path, bytes as latin1. */
    readonly at: string;
    readonly entries: readonly FolderEntry[];
    /** Index of the entry after the one that is read now. */
    readonly next: number;
}

/**
 * Brings files into the system's cache before they are read, several at once.
 * Where they are in the cache already that is in vain, and costs twice the time
 * of reading them; so it begins with the first file that took long: on a
 * disk that has to seek, or over a network, their latencies would add up.
 */
export class ReadAhead {
    private readonly slowMs: number;
    private readonly underWay = new Map<string, Promise<void>>();
    private files = 0;

    /** @param slowMs milliseconds from which a file took long */
    constructor(slowMs: number) {
        this.slowMs = slowMs;
    }

    /** Told how long a file took. */
    took(ms: number): void {
        if (ms >= this.slowMs) this.files = FILES;
    }

    /** Waits for a file that is on its way, and sends for those after it. */
    async before(path: string, { at, entries, next }: Ahead): Promise<void> {
        if (this.files === 0) return;
        this.files--;
        for (let n = next; n < entries.length && n < next + AT_ONCE; n++) {
            const entry = entries[n];
            const file = `${at}/${entry?.onDisk ?? ""}`;
            if (entry?.type === "regular" && !this.underWay.has(file))
                this.underWay.set(file, this.fetch(file));
        }
        await this.underWay.get(path);
        this.underWay.delete(path);
    }

    /** Waits for all that is on its way, so that no descriptor is open any more. */
    async end(): Promise<void> {
        await Promise.all(this.underWay.values());
    }

    /** Whatever is wrong with a file is found when it is read. */
    private async fetch(path: string): Promise<void> {
        try {
            const fd = await openAsync(onDisk(path), READ_ONLY);
            try {
                await readAsync(fd, scratch, 0, BYTES, 0);
            } finally {
                await closeAsync(fd);
            }
        } catch {
            // As above.
        }
    }
}
