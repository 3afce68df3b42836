import { chmodSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../cache/problem.ts";
import { withCommand, wrapped } from "../cache/wrap.ts";
import { makeFolder } from "../system/folders.ts";
import { parseBackup, type Backup } from "../backup/backupFile.ts";
import { decrypt, keyForKnown, PASSPHRASE_FILE, type Lock } from "../backup/encryption.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { entered, mayChange } from "../system/ledger.ts";
import { prompt } from "../system/prompt.ts";
import { askPulumi, runPulumi } from "../engine/pulumi.ts";
import { readBytes } from "../system/readText.ts";
import { caOf, keepCertificate } from "../backup/restoreCertificate.ts";
import {
    configuration,
    differenceLines,
    differences,
    inProject,
    keyOf,
    type Difference,
} from "../backup/restoreEntries.ts";
import { keysIn, stackFile } from "../engine/stackFile.ts";
import { readRawConfig, stackArguments, stackName, type Target } from "../engine/target.ts";

const OPTIONS = {
    yes: { type: "boolean", short: "y", help: "overwrites settings that differ without asking" },
    identity: { type: "string", value: "F", help: "file with the age identity (AGE-SECRET-KEY-1…)" },
    ...PASSPHRASE_FILE,
} as const;

type RestoreOptions = Given<typeof OPTIONS>;

export default command({
    summary: "puts a backup into the configuration of a new or emptied stack",
    arguments: { FILE: "the backup" },
    options: OPTIONS,
    ends: [EXIT.failed],
    run: (target, options, [file = ""]) => restore(target, file, options),
});

/**
 * `nix-cache restore FILE`: puts configuration, keys and secrets into a new or
 * emptied stack; the next `up` makes the cache of them, or takes over what
 * the server still has. Repeating it does the same again.
 */
async function restore(
    target: Target,
    file: string,
    { json = false, yes = false, ...lock }: RestoreOptions,
): Promise<ExitStatus> {
    const say = json ? console.error : console.log;
    const kept = await open(file, lock);
    const ca = caOf(kept, target.folder);
    await makeStateFolder(target);
    const made = target.stack !== undefined && (await createStack(target, target.stack));
    await refuseFilledStack(target);
    const stack = await stackName(target);
    const settings = stackFile(target.folder, stack);
    const own = keysIn(settings);
    const raw = await readRawConfig(target);
    const content = inProject(kept, raw.project);
    const overwritten = differences(content, raw, (key) => own.has(key));
    await agree(overwritten, { name: basename(settings), yes, written: content.written, made, stack });

    mayChange();
    if (made) entered(`made the stack ${stack}`);
    await removeLists(target, content, overwritten);
    const entries = [...configuration(content, raw.project)];
    for (const [index, [key, { value, secret }]] of entries.entries()) {
        say(`[${index + 1}/${entries.length}] ${key}${secret ? " (secret)" : ""}`);
        await setConfig(target, key, value as string, secret);
        entered(`wrote settings into ${basename(settings)}`);
    }
    const aboutCa = ca === undefined ? undefined : keepCertificate(ca);
    if (aboutCa !== undefined) say(aboutCa);
    const { stack: of, written } = content;
    if (json) console.log(JSON.stringify({ stack, of, written, settings: entries.map(([key]) => key) }));
    say("");
    for (const line of wrapped(
        `stack ${stack} has the configuration, keys and secrets of ${of} as of ${written}`,
    ))
        say(line);
    const next = `next: check minio:minioServer and minio:minioPassword if the server is another, then pulumi up --stack ${stack}`;
    for (const line of withCommand(`${next}, or`, asCalled("up", "--stack", stack))) say(line);
    return EXIT.ok;
}

async function open(file: string, lock: Lock): Promise<Backup> {
    const data = readBytes(file);
    const text = await decrypt(data, await keyForKnown(lock));
    if (text !== undefined) return parseBackup(text);
    throw new UserError(
        "the backup cannot be opened: wrong passphrase or identity (--identity FILE for one that was made with --recipient), or the file was damaged",
    );
}

/** A file backend whose folder was lost. */
async function makeStateFolder(target: Target): Promise<void> {
    const { stderr } = await runPulumi(target.folder, ["stack", "ls", "--json"]);
    const url = /unable to open state directory "(file:[^"]+)"/.exec(stderr)?.[1];
    if (url === undefined) return;
    makeFolder(fileURLToPath(url), "any");
    chmodSync(fileURLToPath(url), 0o700);
}

/** @returns whether it was not there yet */
async function createStack(target: Target, name: string): Promise<boolean> {
    const { status } = await runPulumi(target.folder, ["stack", "export", "--stack", name]);
    if (status === 0) return false;
    // Which stack a bare `pulumi` command means is the user's to say, once it has been said.
    const selected = (await runPulumi(target.folder, ["stack", "--show-name"])).status === 0;
    await askPulumi(target.folder, ["stack", "init", ...(selected ? ["--no-select"] : []), name]);
    return true;
}

async function refuseFilledStack(target: Target): Promise<void> {
    const text = await askPulumi(target.folder, ["stack", "export", ...stackArguments(target)]);
    const { deployment } = JSON.parse(text) as {
        deployment: { resources?: { custom?: boolean; type: string }[] };
    };
    const held = (deployment.resources ?? []).filter(
        ({ custom, type }) => custom === true && !type.startsWith("pulumi:"),
    );
    if (held.length === 0) return;
    throw new UserError(
        `the stack has ${held.length} resources: a backup is restored into a new or emptied one (--stack NEWNAME; or pulumi stack rm --force, which forgets this one and leaves the server as it is); to put back what was changed on the server: ${asCalled("heal")}`,
    );
}

/** @throws UserError unless there is nothing to overwrite, or it may be overwritten */
async function agree(
    overwritten: readonly Difference[],
    about: { name: string; yes: boolean; written: string; made: boolean; stack: string },
): Promise<void> {
    if (overwritten.length === 0) return;
    console.error(`${about.name} has other values than the backup of ${about.written}:`);
    for (const line of overwritten.flatMap(differenceLines)) console.error(line);
    if (about.yes) return;
    const left = `${about.name} is as it was${about.made ? `; the stack ${about.stack} was made, and is empty` : ""}`;
    if (!process.stdin.isTTY)
        throw new UserError(
            `this asks before it overwrites them, and there is no terminal here: repeat it with --yes; ${left}`,
        );
    const answer = await prompt("Overwrite them? [y/N] ");
    if (!/^y(es)?$/i.test(answer.trim())) throw new UserError(`not confirmed; ${left}`);
}

/** Elements are set one by one, so a list that is longer than the backup's would keep its end. */
async function removeLists(
    target: Target,
    content: Backup,
    overwritten: readonly Difference[],
): Promise<void> {
    const lists = new Set(overwritten.map(({ path }) => keyOf(path)));
    for (const key of lists)
        if (typeof content.configuration[key]?.value === "object") {
            await askPulumi(target.folder, ["config", "rm", key, ...stackArguments(target)]);
            entered(`removed ${key} from the stack's settings`);
        }
}

/** The value goes through standard input: every user of the machine can read a process's arguments. */
async function setConfig(target: Target, key: string, value: string, secret: boolean): Promise<void> {
    const path = key.includes("[") ? ["--path"] : [];
    const kind = secret ? "--secret" : "--plaintext";
    await askPulumi(target.folder, ["config", "set", kind, ...path, key, ...stackArguments(target)], value);
}
