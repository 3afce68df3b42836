import { DAY_MS } from "../cache/day.ts";
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../system/cacheFolder.ts";
import { hasEnded, identityOf, type ProcessIdentity } from "../system/processIdentity.ts";

/**
 * Notes of the engines that our commands have started and that may hold a
 * stack's lock. Pulumi's own lock says a host's name and a process id, which two
 * containers can have at the same time; a note says which process it was.
 */
interface EngineRecord {
    readonly host: string;
    /** When the engine was started, ISO 8601. */
    readonly at: string;
    readonly engine: ProcessIdentity;
}

/** Whose lock it is, as the lock says it. */
export interface LockOwner {
    readonly host: string;
    readonly pid: number;
    /** When the lock was made. */
    readonly at: Date;
}

/** A lock says its time in whole seconds. */
const BEFORE_MS = 2_000;
/**
 * An engine takes its lock first of all. A lock that comes later may be another
 * machine's, of the same name and a process with the same number: a person is asked.
 */
const AFTER_MS = 60_000;
/** Notes of runs that were killed and never followed by another. */
const KEPT_MS = 90 * DAY_MS;

/**
 * Notes an engine that was just started, before it can have a lock. Where the
 * note cannot be written, a lock that the engine leaves behind is a person's to remove.
 *
 * @returns takes the note away, once the engine has ended
 */
export function noteEngine(pid: number): () => void {
    const engine = identityOf(pid);
    if (engine === undefined) return () => undefined;
    const record: EngineRecord = { host: hostname(), at: new Date().toISOString(), engine };
    const file = join(recordFolder(), `${randomUUID()}.json`);
    try {
        mkdirSync(recordFolder(), { recursive: true, mode: 0o700 });
        sweep();
        // To the disk: the machine may lose its power with the engine.
        writeFileSync(file, JSON.stringify(record), { mode: 0o600, flush: true });
    } catch {
        return () => undefined;
    }
    return () => rmSync(file, { force: true });
}

/** What became of the engine that has made a lock: `unknown` where no note of ours proves it. */
export function fateOf(lock: LockOwner): "ended" | "running" | "unknown" {
    const ended = records()
        .filter(({ host, at, engine }) => {
            const after = lock.at.getTime() - Date.parse(at);
            return lock.host === host && lock.pid === engine.pid && after > -BEFORE_MS && after < AFTER_MS;
        })
        .map(({ engine }) => hasEnded(engine));
    if (ended.includes(false)) return "running";
    return ended.length > 0 && !ended.includes(undefined) ? "ended" : "unknown";
}

function recordFolder(): string {
    return join(cacheFolder(), "engines");
}

function records(): EngineRecord[] {
    return files().flatMap((file) => {
        try {
            return [JSON.parse(readFileSync(file, "utf8")) as EngineRecord];
        } catch {
            // Half a note proves nothing; one that is gone was taken away.
            return [];
        }
    });
}

function sweep(): void {
    for (const file of files())
        if (Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > KEPT_MS)
            rmSync(file, { force: true });
}

function files(): string[] {
    try {
        return readdirSync(recordFolder()).map((name) => join(recordFolder(), name));
    } catch {
        return [];
    }
}
