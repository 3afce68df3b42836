import { shown } from "../cache/problem.ts";
import type { Backup, ConfigEntry, ConfigItem } from "./backupFile.ts";

/** One setting that has another value than in the backup. A value that is not there is undefined. */
export interface Difference {
    /** Its path, as `pulumi config set --path` takes it. */
    readonly path: string;
    readonly now: string | undefined;
    readonly then: string | undefined;
    /** Whether one of the two is a secret. */
    readonly secret: boolean;
}

/** A stack's settings as Pulumi has them: texts by full keys. */
interface Present {
    readonly values: Readonly<Record<string, string>>;
    readonly isSecret: (key: string) => boolean;
    /** The project's name: the namespace of its own keys. */
    readonly project: string;
}

/** A backup as one of another project: its own keys have that project's namespace there. */
export function inProject(content: Backup, project: string): Backup {
    const own = `${content.project ?? "nix-cache"}:`;
    const configuration = Object.entries(content.configuration).map(([key, entry]) => [
        key.startsWith(own) ? `${project}:${key.slice(own.length)}` : key,
        entry,
    ]);
    return {
        ...content,
        project,
        configuration: Object.fromEntries(configuration) as Backup["configuration"],
    };
}

/**
 * Every single value with its path, in the order of a configuration file.
 *
 * @param project the project's name: the namespace of its own keys
 */
export function* configuration(content: Backup, project: string): Generator<[string, ConfigEntry]> {
    for (const [key, { value, secret }] of Object.entries(content.configuration))
        // An object, as `pins`, is a text in a backup; set as a text it would be one in the settings too.
        yield* singleValues(key, typeof value === "string" ? parsed(value) : value, secret);
    for (const [generation, key] of Object.entries(content.signingKeys)) {
        yield [`${project}:signingKeys["${generation}"]`, { value: key, secret: true }];
    }
    for (const [builder, secret] of Object.entries(content.builderSecrets)) {
        yield [`${project}:builderSecrets["${builder}"]`, { value: secret, secret: true }];
    }
}

/**
 * What a backup would overwrite in a stack's settings. What it adds to them is
 * no difference, and what it does not know stays.
 *
 * @param own whether a key stands in the stack's own file; the others are defaults of the project
 */
export function differences(content: Backup, raw: Present, own: (key: string) => boolean): Difference[] {
    const now = new Map<string, { value: string; secret: boolean }>();
    for (const [key, value] of Object.entries(raw.values)) {
        if (!own(key)) continue;
        for (const [path, entry] of singleValues(key, parsed(value), raw.isSecret(key)))
            now.set(path, { value: entry.value as string, secret: entry.secret });
    }
    const then = new Map<string, ConfigEntry>(configuration(content, raw.project));
    const changed = [...then].flatMap(([path, { value, secret }]): Difference[] => {
        const present = now.get(path);
        if (present === undefined || present.value === value) return [];
        return [{ path, now: present.value, then: value as string, secret: secret || present.secret }];
    });
    // A list is set as a whole: elements that the backup does not have go.
    const removed = [...now].flatMap(([path, { value, secret }]): Difference[] =>
        !then.has(path) && Object.hasOwn(content.configuration, keyOf(path))
            ? [{ path, now: value, then: undefined, secret }]
            : [],
    );
    return [...changed, ...removed];
}

/** The setting that a path is of. */
export function keyOf(path: string): string {
    return path.split("[", 1)[0] ?? path;
}

/** What is shown of a difference: three lines, no secret. */
export function differenceLines({ path, now, then, secret }: Difference): string[] {
    const word = (value: string | undefined) =>
        value === undefined ? "nothing" : secret ? "(secret)" : shown(value);
    const other = secret && then !== undefined ? "another one, (secret)" : word(then);
    return [`  ${path}`, `      ${word(now)}`, `      becomes ${other}`];
}

function* singleValues(key: string, value: Value, secret: boolean): Generator<[string, ConfigEntry]> {
    if (typeof value === "string") yield [key, { value, secret }];
    else if (isList(value))
        for (const [index, item] of value.entries()) {
            const fields: [string, string | number][] =
                typeof item === "object"
                    ? Object.entries(item).map(([field, one]) => [`.${field}`, one])
                    : [["", item]];
            for (const [field, one] of fields)
                yield [`${key}[${index}]${field}`, { value: String(one), secret }];
        }
    else
        for (const [name, one] of Object.entries(value))
            yield [`${key}["${name}"]`, { value: String(one), secret }];
}

type Value = string | readonly ConfigItem[] | Readonly<Record<string, string | number>>;

function isList(value: Exclude<Value, string>): value is readonly ConfigItem[] {
    return Array.isArray(value);
}

/** A list or an object as Pulumi shows it, else the text itself. */
function parsed(value: string): Value {
    if (!/^[[{]/.test(value)) return value;
    try {
        return JSON.parse(value) as Value;
    } catch {
        return value;
    }
}
