/** How long to wait before something is tried again. */
export interface Backoff {
    /** Milliseconds before the first new try, on average. */
    readonly firstMs: number;
    /** No pause is longer, in milliseconds. */
    readonly longestMs: number;
}

/** 5 seconds at first, a quarter of an hour at most. */
export const DEFAULT_BACKOFF: Backoff = { firstMs: 5_000, longestMs: 15 * 60_000 };

/**
 * The pause after so many failures in a row: it doubles each time up to the
 * longest. Half of it is left to chance, so that builders that lost the same
 * server at the same moment do not all come back at the same moment.
 *
 * @param failures from 1
 * @param random from 0 up to 1; default: by chance
 * @returns milliseconds, from half of the pause to the whole of it
 */
export function pauseMs(backoff: Backoff, failures: number, random: number = Math.random()): number {
    const doubled = backoff.firstMs * 2 ** Math.min(failures - 1, 40);
    const whole = Math.min(doubled, backoff.longestMs);
    return Math.round(whole * (0.5 + random / 2));
}
