import Mocha, { type Context, type Runnable, type Suite, type Test } from "mocha";

/** Why tests may be skipped. */
export const SKIPS = {
    languageHost: "pulumi-language-nodejs, which the CLI needs, is not installed and cannot be downloaded",
    mount: "a small or read-only file system can be mounted as root on Linux alone",
    users: "a process can become another user as root on Linux alone",
    root: "what root does beside another user can be tried as root alone",
    namespace: "a namespace of processes can be made as root on Linux alone",
    nix: "Nix is not installed, and can be installed on Debian as root alone",
    newerNix:
        "what one version of Nix pushes and another reads needs Nix 2.18 beside 2.8: NIX_CACHE_TEST_NIX",
    nixpkgs:
        "evaluating NixOS modules needs Nix 2.18 and a nixpkgs: NIX_CACHE_TEST_NIX, NIX_CACHE_TEST_NIXPKGS",
    rollout:
        "hosts need pulumi-resource-command 1.2.1 (in PULUMI_HOME or NIX_CACHE_TOOLCHAIN), an sshd, and mounts of their own: Linux as root",
    chromium: "Chromium is not on PATH, and can be installed on Debian as root alone",
    port: "the port of 127.0.0.1 that a recorded state names is taken by another program",
    terminal: "a terminal can be had from util-linux's script alone",
} as const satisfies Record<string, string>;

export type SkipId = keyof typeof SKIPS;

/** What the tests of a suite may be skipped for. */
const marks = new WeakMap<Suite, readonly SkipId[]>();
/** What a test, or the hook of a suite, was skipped for. */
const asked = new WeakMap<Runnable | Suite, SkipId>();

/**
 * Marks a suite: its tests may be skipped for these reasons where they cannot
 * run. Whatever else is skipped fails the run.
 */
export function maySkip(suite: Suite, ...ids: readonly SkipId[]): void {
    marks.set(suite, ids);
}

/** Skips the test (in a `before` hook: the tests of its suite) for a reason that its suite is marked with. */
export function skip(context: Context, id: SkipId): never {
    const runnable = context.test;
    if (runnable === undefined) throw new Error("skip() is for a test or a hook that runs");
    asked.set(runnable instanceof Mocha.Hook ? (runnable.parent ?? runnable) : runnable, id);
    return context.skip();
}

/** The reason for which a test was skipped, or undefined when no suite around it is marked with one. */
export function reasonToSkip(test: Test): string | undefined {
    const around: Suite[] = [];
    for (let suite = test.parent; suite !== undefined; suite = suite.parent) around.push(suite);
    const id = [test, ...around].map((one) => asked.get(one)).find((one) => one !== undefined);
    if (id === undefined) return undefined;
    return around.some((suite) => marks.get(suite)?.includes(id)) ? SKIPS[id] : undefined;
}
