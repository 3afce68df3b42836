import { UsageError } from "../cache/usageError.ts";
import type { Options, Values } from "../system/command.ts";
import { oneOf } from "./filterOptions.ts";

/** The options that say what is sent beside the paths themselves. */
export const BESIDE_OPTIONS = {
    "build-logs": { type: "string", value: "yes|no", help: "sends them, for nix log. Default: yes" },
    "debug-info": { type: "string", value: "yes|no", help: "indexes it by build ID. Default: no" },
} as const satisfies Options;

/** What the options of {@link BESIDE_OPTIONS} say; what is missing was not said. */
export interface GivenBeside {
    /** Whether the logs of builds are sent. */
    readonly buildLogs?: boolean;
    /** Whether debug information is indexed by build IDs. */
    readonly debugInfo?: boolean;
}

/**
 * What the options say, and where they say nothing, the environment: NIX_CACHE_BUILD_LOGS and NIX_CACHE_DEBUG_INFO.
 *
 * @throws UsageError naming what is neither `yes` nor `no`, and where it was set
 */
export function givenBeside(
    options: Values<typeof BESIDE_OPTIONS>,
    env: NodeJS.ProcessEnv = process.env,
): GivenBeside {
    const buildLogs = yesOrNo("build-logs", options["build-logs"], "NIX_CACHE_BUILD_LOGS", env);
    const debugInfo = yesOrNo("debug-info", options["debug-info"], "NIX_CACHE_DEBUG_INFO", env);
    return {
        ...(buildLogs === undefined ? {} : { buildLogs }),
        ...(debugInfo === undefined ? {} : { debugInfo }),
    };
}

function yesOrNo(
    option: string,
    given: string | undefined,
    variable: string,
    env: NodeJS.ProcessEnv,
): boolean | undefined {
    const found = oneOf(option, given, variable, env);
    if (found === undefined) return undefined;
    if (found.value === "yes" || found.value === "no") return found.value === "yes";
    throw new UsageError(`${found.from} is ${JSON.stringify(found.value)}; it must be yes or no`);
}
