import { watch, type FSWatcher } from "node:fs";

/** So many names are remembered; when more come, it is only known that something has changed. */
const MOST = 1_000;

/**
 * What changes in some folders, by the names of the files, as far as the
 * system tells: some network file systems do not, and watches can run out.
 */
export class Changes {
    private readonly folders: readonly string[];
    private watchers: FSWatcher[] = [];
    private readonly names = new Set<string>();
    private tooMany = false;
    private wake: () => void = () => undefined;

    constructor(folders: readonly string[]) {
        this.folders = folders;
    }

    /** Begins anew, with folders that may have been made since. @returns whether the system will tell of all of them */
    watch(): boolean {
        this.close();
        this.names.clear();
        this.tooMany = false;
        for (const folder of this.folders) {
            try {
                const watcher = watch(folder, (_, name) => this.tell(name));
                this.watchers.push(watcher.on("error", () => this.tell(null)));
            } catch {
                // Not there yet, or no more watches to be had.
            }
        }
        return this.watchers.length === this.folders.length;
    }

    close(): void {
        this.watchers.forEach((watcher) => watcher.close());
        this.watchers = [];
    }

    /** One that has changed, and is told of no more; undefined: none. */
    take(): string | undefined {
        const [name] = this.names;
        if (name !== undefined) this.names.delete(name);
        return name;
    }

    /** Whether more has changed than {@link take} gives. */
    get isIncomplete(): boolean {
        return this.tooMany;
    }

    /** Waits until something changes, at most so many milliseconds. */
    async wait(atMostMs: number): Promise<void> {
        if (this.names.size > 0 || this.tooMany) return;
        await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, atMostMs);
            this.wake = () => {
                clearTimeout(timer);
                resolve();
            };
        });
    }

    private tell(name: string | null): void {
        if (name === null || this.names.size >= MOST) this.tooMany = true;
        else this.names.add(name);
        this.wake();
    }
}
