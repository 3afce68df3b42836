import { PUSH_COMMANDS } from "./builderCommands.ts";
import type { PushOptions } from "../push/options.ts";
import type { ExitStatus } from "./exitStatus.ts";
import type { Target } from "../engine/target.ts";

/** The options of every command, as they were given. */
export interface Options extends PushOptions {
    readonly help?: boolean | undefined;
    readonly json?: boolean | undefined;
    readonly stack?: string | undefined;
    readonly yes?: boolean | undefined;
    readonly verbose?: boolean | undefined;
    readonly deep?: boolean | undefined;
    readonly sample?: string | undefined;
    readonly "nar-bytes"?: string | undefined;
    readonly upstream?: string[] | undefined;
    readonly all?: boolean | undefined;
    readonly recipient?: string | undefined;
    readonly identity?: string | undefined;
    readonly "passphrase-file"?: string | undefined;
    readonly metrics?: string | undefined;
    readonly builder?: string | undefined;
    readonly out?: string | undefined;
}

/** One command of `nix-cache`. */
export interface Command {
    readonly name: string;
    /** Names of its arguments, all of them needed; one like `[PATH…]` may be left out, or given more than once. */
    readonly arguments: readonly string[];
    /** Names of the options it takes beside `--stack` and `--json`. */
    readonly options: readonly (keyof Options)[];
    /** Whether it works outside the project's folder. Default: false. */
    readonly anywhere?: boolean;
    /** One line: what it is for. */
    readonly summary: string;
    /** Further lines for its own help. */
    readonly details: readonly string[];
    readonly run: (target: Target, options: Options, args: readonly string[]) => Promise<ExitStatus>;
}

const METRICS = "--metrics FILE        writes how it ended for Prometheus's textfile collector";

/** Every command. Each loads its own code, so that a quick one is not kept waiting by Pulumi's SDK. */
export const COMMANDS: readonly Command[] = [
    {
        name: "drift",
        arguments: [],
        options: ["metrics"],
        summary: "is anything on the server different from what the stack declares? reads only",
        details: [METRICS],
        run: async (target, { json }) => (await import("./drift.ts")).drift(target, json ?? false),
    },
    {
        name: "heal",
        arguments: [],
        options: ["yes"],
        summary: "puts the server back, with the same keys and secrets; asks first",
        details: ["--yes, -y             does not ask"],
        run: async (target, options) => (await import("./heal.ts")).heal(target, options),
    },
    {
        name: "up",
        arguments: [],
        options: ["verbose"],
        summary: "pulumi up --yes (does not ask), after removing the lock of a run that was killed",
        details: ["--verbose             shows all that Pulumi prints"],
        run: async (target, options) => (await import("./up.ts")).up(target, options),
    },
    {
        name: "preview",
        arguments: [],
        options: [],
        summary: "pulumi preview --expect-no-changes, also without Pulumi's language host",
        details: [],
        run: async (target, { json }) => (await import("./preview.ts")).preview(target, json ?? false),
    },
    {
        name: "backup",
        arguments: ["FILE"],
        options: ["recipient", "passphrase-file"],
        summary: "writes what cannot be made again (keys, secrets, configuration), encrypted",
        details: [
            "--recipient R         encrypts to an age recipient (age1…) in place of a passphrase",
            "--passphrase-file F   reads the passphrase from a file; default: NIX_CACHE_BACKUP_PASSPHRASE, or asks",
        ],
        run: async (target, options, [file = ""]) =>
            (await import("./backup.ts")).backup(target, file, options),
    },
    {
        name: "restore",
        arguments: ["FILE"],
        options: ["identity", "passphrase-file", "yes"],
        summary: "puts a backup into the configuration of a new or emptied stack",
        details: [
            "--yes, -y             overwrites settings that differ without asking",
            "--identity F          file with the age identity (AGE-SECRET-KEY-1…)",
            "--passphrase-file F   reads the passphrase from a file; default: NIX_CACHE_BACKUP_PASSPHRASE, or asks",
        ],
        run: async (target, options, [file = ""]) =>
            (await import("./restore.ts")).restore(target, file, options),
    },
    {
        name: "doctor",
        arguments: [],
        options: ["deep", "sample", "nar-bytes", "upstream", "all", "metrics"],
        summary: "looks at the cache as hosts see it",
        details: [
            "--deep                checks the whole content: signatures, references, expiry; reads every NAR and hashes it",
            "--nar-bytes SIZE      with --deep: reads NARs of no more than so much in all, of every size; for example 10GiB",
            "--sample N            checks N narinfos; default: 20, with --deep: all",
            "--upstream URL        another cache that hosts have, asked for what is not in this one; more than once for",
            "                      several, '' for none. Default: https://cache.nixos.org",
            "--all                 lists everything that is wrong, and not the first of each check (--json does, too)",
            METRICS,
        ],
        run: async (target, options) => (await import("./doctor.ts")).doctor(target, options),
    },
    {
        name: "host",
        arguments: ["NAME"],
        options: ["builder", "out"],
        summary: "prints what a host that is not NixOS needs, to read from the cache or to push to it",
        details: [
            "NAME                  linux, macos, nix-darwin, github-actions or container; or a single file:",
            "                      nix-conf, ca-bundle, credentials (secret), signing-key (secret)",
            "--builder B           with the secrets of this builder, so that the host can push",
            "--out FOLDER          writes files into a folder instead; those with secrets have mode 0600",
        ],
        run: async (target, options, [name = ""]) => (await import("./host.ts")).host(target, name, options),
    },
    ...PUSH_COMMANDS,
];
