import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";
import type { KnownAccess } from "../content/access.ts";
import type { Options, Place, Values } from "../system/command.ts";
import { findProject } from "../system/project.ts";
import { cacheOf, readConnection } from "./connection.ts";

/** The options of a command that finds its cache by the stack, or by files. */
export const CACHE_FILES = {
    "host-config": {
        type: "string",
        value: "FILE",
        help: "outside the project: from pulumi stack output hostConfig --json. Default: NIX_CACHE_HOST_CONFIG_FILE, else /etc/nix-cache/host-config.json",
    },
    credentials: {
        type: "string",
        value: "FILE",
        help: "AWS credentials file. Default: AWS_SHARED_CREDENTIALS_FILE, else /etc/nix-cache/credentials",
    },
    profile: {
        type: "string",
        value: "NAME",
        help: "profile in it. Default: NIX_CACHE_PROFILE, else the stack's first builder",
    },
} as const satisfies Options;

/** Where the script of `nix-cache host` puts them. */
const INSTALLED = {
    hostConfig: "/etc/nix-cache/host-config.json",
    credentials: "/etc/nix-cache/credentials",
};

/**
 * The cache that is meant: by the files that are named, else by the stack of
 * the project that this is run in, else by the files that are installed.
 *
 * @param ofStack asks the stack; its code is not part of the package for builders
 * @throws UserError when there is none of them, or one does not fit
 */
export async function whichCache(
    options: Values<typeof CACHE_FILES>,
    { folder, stack }: Place,
    ofStack: (folder: string) => Promise<KnownAccess>,
    env: NodeJS.ProcessEnv = process.env,
): Promise<KnownAccess> {
    const named = options["host-config"] ?? env.NIX_CACHE_HOST_CONFIG_FILE;
    if (stack !== undefined) return ofStack(findProject(folder));
    if (named === undefined || named === "") {
        const project = projectAround(folder);
        if (project !== undefined) return ofStack(project);
        if (!existsSync(INSTALLED.hostConfig))
            throw new UsageError(
                "which cache? run this in the project's folder, or give --host-config FILE and --credentials FILE",
            );
    }
    const { credentials, host } = readConnection({
        hostConfigFile: resolve(named === undefined || named === "" ? INSTALLED.hostConfig : named),
        credentialsFile: resolve(
            options.credentials ?? env.AWS_SHARED_CREDENTIALS_FILE ?? INSTALLED.credentials,
        ),
        profile: options.profile ?? env.NIX_CACHE_PROFILE,
    });
    return {
        cache: cacheOf(host, credentials),
        role: host.builders.includes(credentials.accessKey) ? "builder" : "host",
        trustedPublicKeys: host.trustedPublicKeys,
        host,
        stackPins: [],
    };
}

function projectAround(folder: string): string | undefined {
    try {
        return findProject(folder);
    } catch (error) {
        if (error instanceof UserError) return undefined;
        throw error;
    }
}
