import Mocha, { type Context, type Runnable, type Suite, type Test } from "mocha";

/** Why tests may be skipped, and which: by their full titles. Whatever else is skipped fails the run. */
export const SKIPS = {
    languageHost: {
        reason: "pulumi-language-nodejs, which the CLI needs, is not installed and cannot be downloaded",
        tests: [
            "the command line pulumi preview shows what would be made, and makes nothing",
            "the command line pulumi up makes it",
            "the command line pulumi preview --refresh --expect-no-changes ends with 0",
            "the command line pulumi stack output gives the public key, and the secret one only when asked",
            "the command line pulumi up says what is wrong in one line",
            "the command line pulumi destroy is refused while the stack is protected",
            "the command line pulumi destroy takes it all away once it is not",
        ],
    },
    nix: {
        reason: "Nix is not installed, and can be installed on Debian as root alone",
        tests: [
            "real Nix makes the same public key of the secret key",
            "real Nix makes the signatures that this project makes",
            "real Nix substitutes a closure with nothing but the stack's lines in nix.conf, signatures required",
            "real Nix verifies the signatures in the cache with the public key",
            "real Nix refuses it with another key of the same name",
            "real Nix refuses it with no trusted key at all",
            "real Nix refuses a signature of which one letter has changed",
            "real Nix refuses a signature that is missing",
            "real Nix refuses a signature of another path",
            "real Nix refuses a signature by another key under the same name",
            "real Nix refuses a NAR that is not the one that was signed",
            "real Nix takes it again once all is as it was",
        ],
    },
} as const satisfies Record<string, { reason: string; tests: readonly string[] }>;

export type SkipId = keyof typeof SKIPS;

const asked = new WeakMap<Runnable | Suite, SkipId>();

/** Skips the test (in a `before` hook: the tests of its suite) for a reason of the list. */
export function skip(context: Context, id: SkipId): never {
    const runnable = context.test;
    if (runnable === undefined) throw new Error("skip() is for a test or a hook that runs");
    asked.set(runnable instanceof Mocha.Hook ? (runnable.parent ?? runnable) : runnable, id);
    return context.skip();
}

/** The reason for which a test was skipped, or undefined when none on the list covers it. */
export function reasonToSkip(test: Test): string | undefined {
    for (let at: Test | Suite | undefined = test; at !== undefined; at = at.parent) {
        const id = asked.get(at);
        if (id === undefined) continue;
        const titles: readonly string[] = SKIPS[id].tests;
        return titles.includes(test.fullTitle()) ? SKIPS[id].reason : undefined;
    }
    return undefined;
}

/** Titles on the list that no test has: a test that was renamed must be named anew. */
export function unknownTitles(root: Suite): string[] {
    const titles = new Set<string>();
    root.eachTest((test) => titles.add(test.fullTitle()));
    return Object.values(SKIPS).flatMap(({ tests }) => tests.filter((title) => !titles.has(title)));
}
