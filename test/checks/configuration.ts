import { SERVER_SETTINGS } from "../../src/cache/serverSettings.ts";
import type { AnySetting } from "../../src/cache/setting.ts";
import { STACK_SETTINGS } from "../../src/cache/stackSettings.ts";
import { EMPTY } from "../../src/stack/rawConfig.ts";

/** The command that writes what {@link WRITTEN} makes. */
export const WRITE = "npm run -s configuration";

/** Files with a part that is made of the settings' tables: the same text with that part as it must be. */
export const WRITTEN: Readonly<Record<string, (text: string) => string>> = {
    "Pulumi.yaml": (text) =>
        text.replace(/^config:\n(?:[ \t].*\n|\n)*/m, () => `config:\n${entries(STACK_SETTINGS)}`),
    "docs/configuration.md": (text) => {
        const server = withTable(text, "The server", rows(SERVER_SETTINGS, "minio:"));
        return withTable(server, "The cache", rows(STACK_SETTINGS, ""));
    },
};

type AnyTable = Readonly<Record<string, AnySetting<never>>>;

/** Types as Pulumi.yaml has them. */
const TYPES: Readonly<Record<AnySetting["kind"], readonly string[]>> = {
    text: ["type: string"],
    number: ["type: integer"],
    flag: ["type: boolean"],
    texts: ["type: array", "items:", "  type: string"],
    numbers: ["type: array", "items:", "  type: integer"],
    objects: ["type: array", "items:", "  type: object"],
    object: ["type: object"],
};

/** Pulumi.yaml's `config`. */
function entries(settings: AnyTable): string {
    const lines = Object.entries(settings).flatMap(([name, setting]) => [
        `  ${name}:`,
        ...[
            ...TYPES[setting.kind],
            `description: ${scalar(words(setting))}`,
            `default: ${initial(setting)}`,
        ].map((line) => `    ${line}`),
    ]);
    return `${lines.join("\n")}\n`;
}

function words({ description, secret, unset }: AnySetting<never>): string {
    return [
        description,
        ...(secret === undefined ? [] : ["A secret."]),
        ...(unset === undefined ? [] : [`Empty - ${unset}.`]),
    ]
        .join(" ")
        .replaceAll("`", "");
}

/** A default as both show it; a plain one is YAML too. */
function initial({ kind, unset, default: value }: AnySetting<never>): string {
    if (unset !== undefined) return EMPTY[kind] === "" ? '""' : EMPTY[kind];
    return plain(value);
}

function plain(value: unknown): string {
    return JSON.stringify(value).replaceAll('"', "");
}

/** Text that YAML would read as something else is quoted. */
function scalar(text: string): string {
    return /: | #|^[^A-Za-z]/.test(text) ? JSON.stringify(text) : text;
}

/** The rows of the manual's table. */
function rows(settings: AnyTable, namespace: string): string[] {
    return Object.entries(settings).map(
        ([name, setting]) =>
            `| \`${namespace}${name}\` | ${ifUnset(setting)} | ${[setting.description, setting.more ?? ""].join(" ").trim()} |`,
    );
}

function ifUnset({ needed, secret, unset, default: value }: AnySetting<never>): string {
    const what = needed === undefined ? (unset ?? `\`${plain(value)}\``) : "needed";
    return secret === undefined ? what : `${what}, secret`;
}

/** A page with other rows in the first table of a section. */
function withTable(text: string, under: string, all: readonly string[]): string {
    const from = text.indexOf(`\n## ${under}\n`);
    const head = /^\|[ |-]+\|\n/gm;
    head.lastIndex = Math.max(from, 0);
    if (from < 0 || head.exec(text) === null) throw new Error(`there is no table under "${under}"`);
    const rest = text.slice(head.lastIndex).replace(/^(\|.*\n)*/, "");
    return `${text.slice(0, head.lastIndex)}${all.join("\n")}\n${rest}`;
}
