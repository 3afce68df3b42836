import Mocha, { type Context, type Runnable, type Suite, type Test } from "mocha";

/** Why tests may be skipped, and which: by their full titles. Whatever else is skipped fails the run. */
export const SKIPS = {
    languageHost: {
        reason: "pulumi-language-nodejs, which the CLI needs, is not installed and cannot be downloaded",
        tests: [],
    },
    nix: {
        reason: "Nix is not installed, and can be installed on Debian as root alone",
        tests: [],
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
