/** Where a line about what goes on is written. */
export interface Say {
    (line: string): void;
    /** Writes over the line that it wrote last. Only on a terminal; default: every line is a new one. */
    readonly rewrite?: (line: string) => void;
}

const TICK_MS = { terminal: 1_000, log: 20_000 };

/** Says lines on a stream: on a terminal with a rewritten line for what is under way, else line by line. */
export function sayOn(stream: NodeJS.WriteStream): Say {
    if (!stream.isTTY) return (line) => stream.write(`${line}\n`);
    let rewritten = false;
    const clear = () => (rewritten ? "\r\x1b[K" : "");
    const say = (line: string) => {
        stream.write(`${clear()}${line}\n`);
        rewritten = false;
    };
    const rewrite = (line: string) => {
        // A line that wraps could not be written over; some terminals do not say how wide they are.
        stream.write(`${clear()}${line.slice(0, (stream.columns || 80) - 1)}`);
        rewritten = true;
    };
    return Object.assign(say, { rewrite });
}

/**
 * Shows that long work is alive until it ends: what it is, the seconds it took
 * so far, and a detail that changes as it goes on.
 */
export async function during<T>(say: Say, what: string, work: Promise<T>, detail = () => ""): Promise<T> {
    const started = Date.now();
    const line = () => `${what} … ${Math.round((Date.now() - started) / 1000)} s${detail()}`;
    say.rewrite?.(`${what} …`);
    if (say.rewrite === undefined) say(`${what} …`);
    const tick = setInterval(
        () => (say.rewrite ?? say)(line()),
        say.rewrite === undefined ? TICK_MS.log : TICK_MS.terminal,
    );
    try {
        const result = await work;
        // Undefined: it came to nothing, and the caller says why.
        if (result !== undefined) say(`${what}: ${Math.round((Date.now() - started) / 1000)} s`);
        return result;
    } finally {
        clearInterval(tick);
    }
}
