import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../cache/problem.ts";
import { parseBackup, type Backup, type ConfigEntry } from "./backupFile.ts";
import { decrypt, type Lock } from "./encryption.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { askPulumi, runPulumi } from "./pulumi.ts";
import { stackArguments, stackName, type Target } from "./target.ts";

/** The options of `nix-cache restore`. */
export interface RestoreOptions extends Lock {
    readonly json?: boolean | undefined;
}

/**
 * `nix-cache restore FILE`: puts configuration, keys and secrets into a new or
 * emptied stack; the next `up` makes the cache of them, or takes over what
 * the server still has. Repeating it does the same again.
 */
export async function restore(
    target: Target,
    file: string,
    { json = false, ...lock }: RestoreOptions,
): Promise<ExitStatus> {
    const say = json ? console.error : console.log;
    if (!existsSync(file)) throw new UserError(`${file} does not exist`);
    const content = parseBackup(await decrypt(readFileSync(file), lock));
    await makeStateFolder(target);
    if (target.stack !== undefined) await createStack(target, target.stack);
    await refuseFilledStack(target);

    const entries = [...configuration(content)];
    for (const [index, [key, { value, secret }]] of entries.entries()) {
        say(`[${index + 1}/${entries.length}] ${key}${secret ? " (secret)" : ""}`);
        await setConfig(target, key, value as string, secret);
    }
    const ca = content.configuration["minio:minioCacertFile"]?.value;
    if (content.caCertificate !== null && typeof ca === "string")
        keepCertificate(target, ca, content.caCertificate, say);
    const stack = await stackName(target);
    const { stack: of, written } = content;
    if (json) console.log(JSON.stringify({ stack, of, written, settings: entries.map(([key]) => key) }));
    say(`\nstack ${stack} has the configuration, keys and secrets of ${of} as of ${written}`);
    say(
        `next: check minio:minioServer and minio:minioPassword if the server is another, then pulumi up --stack ${stack} (or npm run up -- --stack ${stack})`,
    );
    return EXIT.ok;
}

/** A file backend whose folder was lost. */
async function makeStateFolder(target: Target): Promise<void> {
    const { stderr } = await runPulumi(target.folder, ["stack", "ls", "--json"]);
    const url = /unable to open state directory "(file:[^"]+)"/.exec(stderr)?.[1];
    if (url !== undefined) mkdirSync(fileURLToPath(url), { recursive: true, mode: 0o700 });
}

async function createStack(target: Target, name: string): Promise<void> {
    const { status } = await runPulumi(target.folder, ["stack", "export", "--stack", name]);
    if (status !== 0) await askPulumi(target.folder, ["stack", "init", name]);
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
        `the stack has ${held.length} resources: a backup is restored into a new or emptied one (--stack NEWNAME; or pulumi stack rm --force, which forgets this one and leaves the server as it is); to put back what was changed on the server: npm run heal`,
    );
}

/** Every single value with its path, in the order of a configuration file. */
export function* configuration(content: Backup): Generator<[string, ConfigEntry]> {
    for (const [key, { value, secret }] of Object.entries(content.configuration)) {
        if (typeof value === "string") yield [key, { value, secret }];
        else
            for (const [index, item] of value.entries()) {
                const fields: [string, string | number][] =
                    typeof item === "object"
                        ? Object.entries(item).map(([field, one]) => [`.${field}`, one])
                        : [["", item]];
                for (const [field, one] of fields)
                    yield [`${key}[${index}]${field}`, { value: String(one), secret }];
            }
    }
    for (const [generation, key] of Object.entries(content.signingKeys)) {
        yield [`nix-cache:signingKeys["${generation}"]`, { value: key, secret: true }];
    }
    for (const [builder, secret] of Object.entries(content.builderSecrets)) {
        yield [`nix-cache:builderSecrets["${builder}"]`, { value: secret, secret: true }];
    }
}

/** The value goes through standard input: every user of the machine can read a process's arguments. */
async function setConfig(target: Target, key: string, value: string, secret: boolean): Promise<void> {
    const path = key.includes("[") ? ["--path"] : [];
    const kind = secret ? "--secret" : "--plaintext";
    await askPulumi(target.folder, ["config", "set", kind, ...path, key, ...stackArguments(target)], value);
}

function keepCertificate(target: Target, file: string, pem: string, say: (line: string) => void): void {
    const path = resolve(target.folder, file);
    if (existsSync(path)) return;
    try {
        writeFileSync(path, pem);
        say(`the private CA's certificate was written to ${path}`);
    } catch {
        say(
            `minio:minioCacertFile names ${path}, which cannot be written: set it to a file with the CA's certificate`,
        );
    }
}
