import { keptGenerations } from "./generations.ts";
import { shown, type Problem } from "./problem.ts";
import type { GivenSettings } from "./settings.ts";
import { parseSecretKey } from "./signingKey.ts";

/** All that is wrong with signing keys that were made elsewhere. No message quotes one. */
export function signingKeyProblems(
    {
        keyGeneration = 1,
        trustedGenerations = [],
    }: Pick<GivenSettings, "keyGeneration" | "trustedGenerations">,
    keys: unknown,
): Problem[] {
    const kept = keptGenerations({ keyGeneration, trustedGenerations });
    const problem = (wrong: string, allowed: string): Problem[] => [
        { setting: "signingKeys", wrong, allowed },
    ];
    const range = `generations from 1 to ${kept.at(-1) ?? 1} (keyGeneration), each with a secret key NAME:BASE64 as nix key generate-secret writes it`;
    if (!isRecord(keys)) return problem("is no object", range);
    return Object.entries(keys).flatMap(([generation, key]) => {
        if (!kept.map(String).includes(generation))
            return problem(`has the generation ${shown(generation)}`, range);
        if (typeof key !== "string") return problem(`has no text for generation ${generation}`, range);
        try {
            parseSecretKey(key);
            return [];
        } catch (error) {
            return problem(
                `has a generation ${generation} that is no key`,
                `${range}: ${(error as Error).message}`,
            );
        }
    });
}

/**
 * All that is wrong with secrets of builders and pinners that were made elsewhere. No message quotes one.
 *
 * MinIO takes secret keys of 8 to 40 characters; one that cannot stand in a credentials file would be no use.
 */
export function builderSecretProblems(builders: readonly string[], secrets: unknown): Problem[] {
    const allowed = `secrets of 8 to 40 printable characters without white space for names in builders and pinners (${builders.join(", ")})`;
    const problem = (wrong: string): Problem[] => [{ setting: "builderSecrets", wrong, allowed }];
    if (!isRecord(secrets)) return problem("is no object");
    return Object.entries(secrets).flatMap(([name, secret]) => {
        if (!builders.includes(name)) return problem(`has the name ${shown(name)}`);
        if (typeof secret !== "string" || !/^[!-~]{8,40}$/.test(secret))
            return problem(`has a secret for ${name} that MinIO does not take`);
        return [];
    });
}

function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
