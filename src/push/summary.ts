import { inWords } from "../s3/limits.ts";
import type { FilteredCounts, PushEvent } from "./batch/outcome.ts";

/** What filters are called in the line of a batch. */
const WORDS: Readonly<Record<keyof FilteredCounts, string>> = {
    upstreamKey: "signed by an upstream key",
    upstreamCache: "in another cache",
    tooLarge: "too large",
    pattern: "excluded by name",
};

/** Adds up what a batch does, for one line at its end. */
export class Summary {
    private readonly asked: number;
    private readonly begun = performance.now();
    private pushed = 0;
    private nars = 0;
    private sent = 0;
    private there = 0;
    private filtered: FilteredCounts | undefined;

    /** @param asked number of paths that are to be pushed */
    constructor(asked: number) {
        this.asked = asked;
    }

    add(event: PushEvent): void {
        if (event.kind === "planned") {
            this.there = event.there;
            this.filtered = event.filtered;
        } else if (event.kind === "nar") {
            this.nars++;
            this.sent += event.sent;
        } else if (event.kind === "done" && event.outcome.kind === "pushed") this.pushed++;
    }

    /** The line, where there was more than one path, and so more to say than that path's own line says. */
    line(): string[] {
        const { asked, pushed, nars, sent, there, filtered } = this;
        if (asked < 2 || filtered === undefined) return [];
        const left = Object.entries(WORDS).flatMap(([name, words]) => {
            const count = filtered[name as keyof FilteredCounts];
            return count === 0 ? [] : [`${count} ${words}`];
        });
        const skipped = left.length === 0 ? "" : `, skipped: ${left.join(", ")}`;
        const seconds = Math.round((performance.now() - this.begun) / 100) / 10;
        return [
            `pushed ${pushed} of ${asked} paths with their closures: ${nars} uploaded (${inWords(sent)}), ${there} in the cache before${skipped}; ${seconds} s`,
        ];
    }
}
