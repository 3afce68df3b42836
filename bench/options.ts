import { parseArgs } from "node:util";
import { UserError } from "../src/cache/problem.ts";

/** What `npm run bench` is asked for. */
export interface Options {
    /** Small sizes and few rounds, in under ten minutes. Default: false. */
    readonly quick: boolean;
    /** Times that each contestant does each task. Default: 5, with {@link quick} 2. */
    readonly rounds: number;
    /** Names of tasks, and parts of contestants' names. Default: all do everything. */
    readonly only: readonly string[];
    /** File that takes the results. Default: none. */
    readonly json?: string;
    /** File with the results of an earlier run, which is shown in place of a new one. */
    readonly from?: string;
    /** Whether the results, their table and their plot are written into docs/. Default: false. */
    readonly docs: boolean;
    /** Folder of the profiles that V8 writes of our push. Default: none are made. */
    readonly profile?: string;
}

const USAGE =
    "usage: npm run bench -- [--quick] [--rounds N] [--only NAME]… [--json FILE] [--from FILE] [--docs] [--profile FOLDER]";

/** @throws UserError naming what is no option, or no such value */
export function readOptions(args: readonly string[]): Options {
    const { quick, rounds, only, json, from, docs, profile } = parse(args);
    if (rounds !== undefined && !/^[1-9]\d{0,2}$/.test(rounds))
        throw new UserError(`--rounds is ${JSON.stringify(rounds)}; it must be a number from 1 to 999`);
    return {
        quick,
        rounds: rounds === undefined ? (quick ? 2 : 5) : Number(rounds),
        only,
        docs,
        ...(json === undefined ? {} : { json }),
        ...(from === undefined ? {} : { from }),
        ...(profile === undefined ? {} : { profile }),
    };
}

function parse(args: readonly string[]) {
    try {
        return parseArgs({
            args: [...args],
            options: {
                quick: { type: "boolean", default: false },
                rounds: { type: "string" },
                only: { type: "string", multiple: true, default: [] as string[] },
                json: { type: "string" },
                from: { type: "string" },
                docs: { type: "boolean", default: false },
                profile: { type: "string" },
            },
        }).values;
    } catch (error) {
        throw new UserError(`${error instanceof Error ? error.message.split(". ")[0] : ""}\n${USAGE}`);
    }
}
