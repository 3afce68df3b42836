const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does something that no signal cuts in two: one that comes meanwhile is obeyed
 * afterwards. Without it, Ctrl-C while a slow disk is written leaves a file
 * that nobody finishes.
 *
 * @param work returns when it is done; a promise would not be waited for
 */
export function unbroken<T>(work: () => T): T {
    if (++under === 1) for (const signal of SIGNALS) process.on(signal, obey);
    try {
        return work();
    } finally {
        // A signal is told in the next turn of the event loop but one at the latest; with nobody to listen it would be lost.
        setImmediate(() => setImmediate(done));
    }
}

/** Works that are under way, or whose signals may not have been told yet. */
let under = 0;

function done(): void {
    if (--under === 0) for (const signal of SIGNALS) process.off(signal, obey);
}

function obey(signal: NodeJS.Signals): void {
    // Whoever else listens knows what to do.
    if (process.listenerCount(signal) > 1) return;
    process.off(signal, obey);
    process.kill(process.pid, signal);
}
