import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { awsCredentials, type Credentials } from "../../../src/hosts/awsCredentials.ts";
import { run, type Outcome } from "../../../src/system/run.ts";
import { projectDir } from "../../../sandbox/paths.ts";
import { newFolder } from "../world.ts";

export const PROGRAM = join(projectDir, "src", "cli", "main.ts");

/** A folder outside of the project with a user's files. @param profile the only profile in it. Default: as the stack names it */
export function userFiles(hostConfig: unknown, user: Credentials, profile?: string): string {
    const folder = newFolder("user-files");
    writeFileSync(join(folder, "host-config.json"), JSON.stringify(hostConfig));
    const text = awsCredentials([user]);
    writeFileSync(
        join(folder, "credentials"),
        profile === undefined ? text : text.replaceAll(/^\[.*\]$/gm, `[${profile}]`),
    );
    return folder;
}

/** The environment of a command with these files. */
export function userEnvironment(folder: string): NodeJS.ProcessEnv {
    const { PATH = "", HOME = "" } = process.env;
    return {
        PATH,
        HOME,
        NIX_CACHE_HOST_CONFIG_FILE: join(folder, "host-config.json"),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
    };
}

/** Runs the command outside of the project, with a user's files. */
export function outside(folder: string, ...args: string[]): Promise<Outcome> {
    return run(process.execPath, [PROGRAM, ...args], { cwd: folder, env: userEnvironment(folder) });
}
