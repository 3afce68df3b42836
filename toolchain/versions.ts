/**
 * Every version that this folder gets or builds, in one place. What is already
 * on a machine need only lie in {@link FITS}. How to change a pin: README.md
 * beside this file. (Node's own pin is in node.mjs, which older Nodes run.)
 */

/** Pulumi CLI: npm's package `pulumi`, and `toolchain/pulumi/go.mod`. */
export const PULUMI_VERSION = "3.259.0";

/**
 * The provider plugins. The engine asks for exactly the version of the npm
 * package (`@pulumi/minio`, `@pulumi/random`), so these have no range.
 */
export const PLUGIN_VERSIONS = { minio: "0.17.1", random: "4.21.2" } as const;

/** The plugin behind `hosts`, which most stacks do without: none of our tools needs it, so it is looked for and never built. */
export const COMMAND_PLUGIN_VERSION = "1.2.1";

/** Name of a provider plugin, as in `pulumi-resource-NAME`. */
export type PluginName = keyof typeof PLUGIN_VERSIONS;

/** What `go install` makes; its documented way since the repositories were archived in February 2026. */
export const GO_MODULES = {
    minio: { path: "github.com/minio/minio", version: "v0.0.0-20260212201848-7aac2a2c5b7c" },
    mc: { path: "github.com/minio/mc", version: "v0.0.0-20250313080218-cf909e1063a9" },
} as const;

/** Whether the version that a tool gives of itself will do. */
export const FITS = {
    /** 3.190 and newer: resource hooks. The next major version may change anything. */
    pulumi: (output: string) =>
        atLeast(/^v(\d+)\.(\d+)\.\d+/.exec(output), 3, 190) && output.startsWith("v3."),
    /** Releases from 2024 on; a build without a release tag says `DEVELOPMENT.GOGET` and not how old it is. */
    minio: (output: string) => atLeast(/^minio version RELEASE\.(\d+)-(\d+)/.exec(output), 2024, 1),
    /** As above. GNU Midnight Commander, whose command is `mc` too, fails this. */
    mc: (output: string) => atLeast(/^mc(?:li)? version RELEASE\.(\d+)-(\d+)/.exec(output), 2024, 1),
    /** 2.4 and newer: `nix copy` and `nix store` as they are today. */
    nix: (output: string) => atLeast(/^nix \(.*\) (\d+)\.(\d+)/.exec(output), 2, 4),
} as const;

/** For our own builds and for a folder that the user names: the right program, of any version. */
export const IS = {
    minio: (output: string) => output.startsWith("minio version "),
    mc: (output: string) => /^mc(li)? version (RELEASE|DEVELOPMENT)/.test(output),
} as const;

function atLeast(match: RegExpExecArray | null, major: number, minor: number): boolean {
    if (match === null) return false;
    const [a, b] = [Number(match[1]), Number(match[2])];
    return a > major || (a === major && b >= minor);
}
