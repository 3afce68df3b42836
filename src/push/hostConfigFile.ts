import type { HostConfig } from "../hosts/hostConfig.ts";
import { UserError } from "../cache/problem.ts";

/** The fields that pushing needs, and what each has to be. */
const NEEDED: readonly [keyof HostConfig, (value: unknown) => boolean, string][] = [
    ["bucket", isText, "a text"],
    ["endpoint", isText, "a URL"],
    ["region", isText, "a text"],
    ["storeUri", isText, "a URL"],
    ["builders", isTexts, "a list of names"],
    ["trustedPublicKeys", isTexts, "a list of keys"],
    ["caCertificate", (value) => value === null || isText(value), "a certificate in PEM or null"],
];

/**
 * Reads what `pulumi stack output hostConfig --json` wrote.
 *
 * @param file the file's name, for messages
 * @throws UserError naming the field that is not as it should be
 */
export function parseHostConfig(text: string, file: string): HostConfig {
    const made = "make it with: pulumi stack output hostConfig --json";
    let given: Partial<Record<keyof HostConfig, unknown>> | null;
    try {
        given = JSON.parse(text) as typeof given;
    } catch {
        throw new UserError(`${file} is no JSON; ${made}`);
    }
    if (given?.version !== 1) {
        const version = given?.version === undefined ? "none" : JSON.stringify(given.version);
        throw new UserError(`${file} has the format version ${version}, and 1 is needed; ${made}`);
    }
    for (const [field, fits, what] of NEEDED) {
        if (!fits(given[field])) throw new UserError(`${file}: ${field} must be ${what}; ${made}`);
    }
    return given as unknown as HostConfig;
}

function isText(value: unknown): boolean {
    return typeof value === "string" && value !== "";
}

function isTexts(value: unknown): boolean {
    return Array.isArray(value) && value.length > 0 && value.every(isText);
}
