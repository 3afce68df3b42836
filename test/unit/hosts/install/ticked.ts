import { spawnSync } from "node:child_process";

/** Counts, and at the n-th time ends the script's own shell, from a subshell too. */
const TICK = "__tick";

/** Behind these a status may be what a function gives back; the line after them has a tick of its own. */
const CLOSES = /^\s*(\}|fi\b|else\b|elif\b|done\b|esac\b|;;|\))/;

/**
 * A script that can be ended after any line that it comes to, in the order in
 * which it comes to them: lines of a function count each time that it runs.
 * TICK_AT is the number of the line, TICK_SIGNAL the signal's name.
 *
 * Left as they are: here-documents, lines that go on in the next, and those
 * behind which the shell would not take a command.
 */
export function ticked(script: string): string {
    const lines = script.split("\n");
    const own = lines.indexOf("set -eu") + 1;
    const define = `${TICK}() { n=$((n + 1)); [ "$n" -ne "$TICK_AT" ] || kill -s "$TICK_SIGNAL" $$; }; n=0`;
    let end: string | undefined;
    const all = lines.flatMap((line, index) => {
        if (end === undefined) end = /<< '?([A-Z-]+)'?$/.exec(line)?.[1];
        else if (line === end) end = undefined;
        const goesOn = end !== undefined || /(\\|\||&&)$/.test(line) || CLOSES.test(lines[index + 1] ?? "");
        const isCode = line.trim() !== "" && !/^\s*#/.test(line);
        return index > own && isCode && !goesOn && takesCommand(lines, index) ? [line, TICK] : [line];
    });
    return [...all.slice(0, own), define, ...all.slice(own)].join("\n");
}

function takesCommand(lines: readonly string[], index: number): boolean {
    const input = [...lines.slice(0, index + 1), ":", ...lines.slice(index + 1)].join("\n");
    return spawnSync("sh", ["-n"], { input }).status === 0;
}
