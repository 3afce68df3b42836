import { parseArgs } from "node:util";
import type { ExitStatus } from "./exitStatus.ts";
import { UsageError } from "../cache/usageError.ts";
import { asCalled, isByNpm } from "./asCalled.ts";

/** An option that is there or not. */
interface Flag {
    readonly type: "boolean";
    /** Its one letter. Default: none. */
    readonly short?: string;
    /** What it does, for `--help`. */
    readonly help: string;
}

/** An option with a value; `multiple`: it may be given more than once. */
interface Valued {
    readonly type: "string";
    readonly multiple?: boolean;
    readonly short?: string;
    /** The value's name: `FILE`. */
    readonly value: string;
    readonly help: string;
}

/** Options by their names, as `parseArgs` of Node takes them; the help is beside each. */
export type Options = Readonly<Record<string, Flag | Valued>>;

/** What every command takes. */
export const COMMON = {
    stack: {
        type: "string",
        short: "s",
        value: "NAME",
        help: "the stack; default: the one that pulumi itself would use here",
    },
    json: { type: "boolean", help: "prints JSON for machines" },
    help: { type: "boolean", short: "h", help: "this" },
} as const satisfies Options;

/** For commands that are run by timers: how the run ended is written by the command line itself. */
export const METRICS = {
    type: "string",
    value: "FILE",
    help: "writes how it ended for Prometheus's textfile collector",
} as const satisfies Valued;

/** The values of options: a boolean for a flag, a text or a list of texts else; each may be missing. */
export type Values<Of extends Options> = {
    readonly [Name in keyof Of]?:
        | (Of[Name] extends Flag ? boolean : Of[Name] extends { multiple: true } ? string[] : string)
        | undefined;
};

/** The values of a command's own options, and of {@link COMMON}. */
export type Given<Own extends Options> = Values<Own> & Values<typeof COMMON>;

/** Which stack a command works on, and where. */
export interface Place {
    /** The folder with Pulumi.yaml; of a command that works anywhere, the current one. */
    readonly folder: string;
    /** The stack's name as it was given; undefined: the one that Pulumi itself would use. */
    readonly stack: string | undefined;
}

/** A status that a command can end with; with words where it means something else than it usually does. */
type End = ExitStatus | readonly [status: ExitStatus, words: string];

/** What the help of a command is made of. */
interface Told {
    /** One line: what it is for. */
    readonly summary: string;
    /** Its arguments with their help, all of them needed; one like `[PATH…]` may be left out, or given more than once. Default: none. */
    readonly arguments?: Readonly<Record<string, string>>;
    /** Options that it had, and what to do now that they are gone. Default: none. */
    readonly removed?: Readonly<Record<string, string>>;
    /** Statuses that it can end with beside 0 (all is well) and 2 (wrong use). */
    readonly ends: readonly End[];
    /** Whether it works outside the project's folder, without a stack. Default: false. */
    readonly anywhere?: boolean;
}

/** A command as its file states it. */
interface Declaration<Own extends Options> extends Told {
    /** Its options beside {@link COMMON}. */
    readonly options: Own;
    readonly run: (
        place: Place,
        values: Given<Own>,
        args: readonly string[],
    ) => Promise<ExitStatus> | ExitStatus;
}

/** A command line that was understood. */
export interface Call {
    readonly values: Values<typeof COMMON>;
    /** Where to write how it ended. Default: nowhere. */
    readonly metrics: string | undefined;
    readonly run: (place: Place) => Promise<ExitStatus> | ExitStatus;
}

/** One command of `nix-cache`. Its name is its file's. */
export interface Command extends Told {
    readonly options: Options;
    /** @throws UsageError, one line, for what it does not take */
    readonly parse: (name: string, args: readonly string[]) => Call;
}

/** Declares a command: help, parsing and the types of its options come from it. */
export function command<const Own extends Options>({ run, ...told }: Declaration<Own>): Command {
    const options: Options = { ...told.options, ...COMMON };
    return {
        ...told,
        options,
        parse: (name, args) => {
            refuseTaken(name, options);
            const { values, positionals } = parsed<Own>(name, args, options, told.removed);
            if (values.help !== true) checkArguments(name, told, positionals);
            // A command whose metrics are others writes them itself.
            const metrics = options.metrics === METRICS ? Object.entries(values) : [];
            return {
                values,
                metrics: metrics.find(([option]) => option === "metrics")?.[1]?.toString(),
                run: (place) => run(place, values, positionals),
            };
        },
    };
}

/** Where types meet what was typed: `parseArgs` gives values of the types that the options state, and refuses others. */
function parsed<Own extends Options>(
    name: string,
    args: readonly string[],
    options: Options,
    removed: Readonly<Record<string, string>> = {},
): { values: Given<Own>; positionals: string[] } {
    try {
        const found = parseArgs({ args: [...args], allowPositionals: true, options: { ...options } });
        return { values: found.values as Given<Own>, positionals: found.positionals };
    } catch (error) {
        if (!(error instanceof Error)) throw error;
        const unknown = /^Unknown option '(-[^' ]+)/.exec(error.message)?.[1];
        const gone = removed[unknown?.slice(2) ?? ""];
        if (gone !== undefined) throw new UsageError(`${name} has no option ${unknown} any more; ${gone}`);
        throw new UsageError(
            unknown === undefined
                ? error.message.replaceAll("\n", " ")
                : `${name} has no option ${unknown}; ${asCalled(name, "--help")}`,
        );
    }
}

/**
 * An option before `--` is npm's: the command would run without it. Others are
 * missed at once; without this one, what was to be tried would be done.
 *
 * Source: npm's manual, "config": its options are in a script's environment as `npm_config_NAME`.
 */
function refuseTaken(name: string, options: Options): void {
    if (!isByNpm() || options["dry-run"] === undefined || process.env.npm_config_dry_run !== "true") return;
    throw new UsageError(
        `npm has taken --dry-run for itself; options come after --, as in ${asCalled(name, "--dry-run")}`,
    );
}

function checkArguments(name: string, told: Told, given: readonly string[]): void {
    const names = Object.keys(told.arguments ?? {});
    const takesAny = names.at(-1)?.endsWith("…]") ?? false;
    if (takesAny || given.length === names.length) return;
    const [missing, help] = Object.entries(told.arguments ?? {})[given.length] ?? [];
    const meaning = missing === undefined ? "" : `; ${missing}: ${help ?? ""}`;
    throw new UsageError(
        `use: ${asCalled(name, ...names)}${meaning}; ${asCalled(name, "--help")} tells more`,
    );
}
