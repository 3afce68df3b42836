import { COLUMNS, wrapped } from "../cache/wrap.ts";
import { COMMON, type Command, type Options } from "../system/command.ts";
import { EXIT, EXIT_WORDS, type ExitStatus } from "../system/exitStatus.ts";

/** A term, and what it means. */
type Row = readonly [term: string, words: string];

/** What `nix-cache --help` prints. */
export function generalHelp(commands: readonly (readonly [name: string, Command])[]): string {
    return [
        "use: nix-cache COMMAND [OPTIONS]",
        "",
        ...rows(commands.map(([name, { summary }]) => [name, summary])),
        "",
        ...rows(optionRows(COMMON)),
        "",
        "nix-cache COMMAND --help has its options and exit statuses.",
    ].join("\n");
}

/** What `nix-cache COMMAND --help` prints. */
export function commandHelp(
    name: string,
    { summary, arguments: given = {}, options, ends }: Command,
): string {
    const statuses = [EXIT.ok, EXIT.usage, ...ends].map((end): [ExitStatus, string] =>
        typeof end === "number" ? [end, EXIT_WORDS[end]] : [end[0], end[1]],
    );
    return [
        `use: nix-cache ${[name, ...Object.keys(given)].join(" ")} [OPTIONS]`,
        ...wrapped(summary, "  "),
        "",
        ...rows([...Object.entries(given), ...optionRows(options)]),
        "",
        "exit status:",
        ...rows(statuses.sort(([a], [b]) => a - b).map(([status, words]) => [String(status), words])),
    ].join("\n");
}

function optionRows(options: Options): Row[] {
    return Object.entries(options).map(([name, option]) => {
        const short = option.short === undefined ? "" : `, -${option.short}`;
        return [`--${name}${short}${option.type === "string" ? ` ${option.value}` : ""}`, option.help];
    });
}

/** A table of two columns; what is too long for its line goes on below its own column. */
function rows(all: readonly Row[]): string[] {
    const width = Math.max(...all.map(([term]) => term.length));
    if (width > COLUMNS / 2) throw new Error("the terms of a help leave no room for words");
    return all.flatMap(([term, words]) => wrapped(words, `  ${term.padEnd(width)}  `));
}
