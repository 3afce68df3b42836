import { shown, UserError } from "../cache/problem.ts";

/** One element of a list in the configuration; `hosts` has objects. */
export type ConfigItem = string | number | Readonly<Record<string, string | number>>;

/** One configuration value, as it was. */
export interface ConfigEntry {
    readonly value: string | readonly ConfigItem[];
    readonly secret: boolean;
}

/** What a backup holds: all that cannot be made again. Version 1 of the format. */
export interface Backup {
    readonly format: "nix-cache backup";
    readonly version: 1;
    /** When it was written, ISO 8601. */
    readonly written: string;
    readonly stack: string;
    /** The project's name: the namespace of its own keys. Versions before did not note it; most were nix-cache. */
    readonly project?: string;
    /** The stack's configuration by full keys, without {@link signingKeys} and {@link builderSecrets}. */
    readonly configuration: Readonly<Record<string, ConfigEntry>>;
    /** The secret keys of every generation, by generation, `NAME:BASE64`. */
    readonly signingKeys: Readonly<Record<string, string>>;
    /** The builders' and pinners' secrets, by name. */
    readonly builderSecrets: Readonly<Record<string, string>>;
    /** PEM of the private CA; null where there is none. */
    readonly caCertificate: string | null;
}

/**
 * Reads a backup's text.
 *
 * @throws UserError, one line, when it is none, or of a newer version
 */
export function parseBackup(text: string): Backup {
    let parsed: Partial<Backup> | null;
    try {
        parsed = JSON.parse(text) as Partial<Backup> | null;
    } catch {
        parsed = null;
    }
    if (parsed?.format !== "nix-cache backup")
        throw new UserError("the file holds no backup of a nix-cache stack");
    if (parsed.version !== 1) {
        throw new UserError(
            `the backup has the format ${String(parsed.version)}; this version reads 1: upgrade it`,
        );
    }
    const parts: unknown[] = [parsed.configuration, parsed.signingKeys, parsed.builderSecrets];
    if (parts.some((part) => typeof part !== "object" || part === null))
        throw new UserError("the backup is not whole: configuration, keys or secrets are missing in it");
    const backup = parsed as Backup;
    refuseForeign(backup);
    return backup;
}

/**
 * Each key and name becomes an argument of `pulumi config set`. Whoever knows the
 * recipient of an encrypted backup can make one, and a key `--config-file=…` would be an option.
 */
function refuseForeign({ project, configuration, signingKeys, builderSecrets }: Backup): void {
    const strange = [
        ...(isName(project) ? [] : [JSON.stringify(project)]),
        ...Object.keys(configuration).filter((key) => !/^[A-Za-z][\w.-]*:[A-Za-z]\w*$/.test(key)),
        ...Object.keys(signingKeys).filter((generation) => !/^\d{1,3}$/.test(generation)),
        ...Object.keys(builderSecrets).filter((name) => !/^[0-9A-Za-z.@_+-]{1,64}$/.test(name)),
        ...Object.entries(configuration).flatMap(([key, entry]) => (isEntry(entry) ? [] : [key])),
        ...Object.entries({ ...signingKeys, ...builderSecrets }).flatMap(
            ([name, secret]: [string, unknown]) => (typeof secret === "string" ? [] : [name]),
        ),
    ];
    if (strange.length > 0)
        throw new UserError(
            `the backup is not one of this project: ${shown(strange[0])} in it is no setting`,
        );
}

/** None, or what Pulumi takes for a project's name (ValidateProjectName in its tokens/project.go). */
function isName(project: unknown): boolean {
    if (project === undefined) return true;
    return typeof project === "string" && /^[A-Za-z0-9_.-]{1,100}$/.test(project);
}

/** Texts, and lists of texts, numbers, or objects of those. */
function isEntry(entry: unknown): boolean {
    const { value, secret } = (entry ?? {}) as Partial<ConfigEntry>;
    if (typeof secret !== "boolean") return false;
    const isWord = (one: unknown) => typeof one === "string" || typeof one === "number";
    const isItem = (one: unknown) =>
        isWord(one) || (typeof one === "object" && one !== null && Object.values(one).every(isWord));
    return typeof value === "string" || (Array.isArray(value) && value.every(isItem));
}
