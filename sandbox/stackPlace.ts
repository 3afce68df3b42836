import { pathToFileURL } from "node:url";
import type { Tools } from "../toolchain/tools.ts";

/** Where a stack lives. All paths are absolute. */
export interface StackPlace {
    readonly stackName: string;
    /** Folder with Pulumi.yaml; `Pulumi.STACK.yaml` is written beside it. */
    readonly workDir: string;
    /** Folder of Pulumi's file backend. */
    readonly state: string;
    /** Private PULUMI_HOME, as makePulumiHome made it of {@link tools}. */
    readonly pulumiHome: string;
    /** File with the passphrase that the stack's secrets are encrypted with. */
    readonly passphraseFile: string;
    readonly tools: Tools;
}

/** The environment that Pulumi needs for a stack, in a shell as here, beside its tools on PATH. */
export function stackEnvironment(place: StackPlace): Record<string, string> {
    return {
        PULUMI_HOME: place.pulumiHome,
        // As a URL: a blank, "#" or "%" in the path is encoded, and Pulumi decodes it.
        PULUMI_BACKEND_URL: pathToFileURL(place.state).href,
        PULUMI_CONFIG_PASSPHRASE_FILE: place.passphraseFile,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Every command of Pulumi's writes a log into PULUMI_HOME. Its own bounds are 7 days and 500 MB.
        PULUMI_LOG_ROTATION_MAX_AGE_DAYS: "1",
        PULUMI_LOG_ROTATION_MAX_TOTAL_MB: "10",
    };
}
