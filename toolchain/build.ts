import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../src/cache/problem.ts";
import { contentHash, logFile, makeFolder } from "./cache.ts";
import { during, type Say } from "../src/system/progress.ts";
import { run } from "../src/system/run.ts";
import { executable } from "./search.ts";
import { GO_MODULES, PLUGIN_VERSIONS, PULUMI_VERSION, type PluginName } from "./versions.ts";

const here = dirname(fileURLToPath(import.meta.url));
const PULUMI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** How a tool is made of Go modules, and the cache's folder that it ends in. */
interface Recipe {
    /** Command name of the result. */
    readonly file: string;
    /** Folder below the cache, with all that decides about the result in its name. */
    readonly folder: string;
    /** What the user is told, with the minutes it takes on two cores the first time. */
    readonly title: string;
    /** Working folder of `go`. Default: none of its own (`go install PACKAGE@VERSION`). */
    readonly module?: string;
    readonly args: (output: string) => readonly string[];
}

/** Pulumi's CLI from `toolchain/pulumi`: its own go.mod has replace lines, which `go install` refuses. */
export function pulumiRecipe(): Recipe {
    const module = join(here, "pulumi");
    return {
        file: "pulumi",
        folder: `pulumi-${PULUMI_VERSION}-built-${contentHash(module)}`,
        title: `Building Pulumi ${PULUMI_VERSION} (about 4 minutes)`,
        module,
        args: (output) => [
            "build",
            "-v",
            "-buildvcs=false",
            `-ldflags=-s -w -X ${VERSION_VARIABLE}=v${PULUMI_VERSION}`,
            "-o",
            output,
            PULUMI_PACKAGE,
        ],
    };
}

/** A provider plugin from `toolchain/NAME-plugin`. */
export function pluginRecipe(name: PluginName): Recipe {
    const module = join(here, `${name}-plugin`);
    return {
        file: `pulumi-resource-${name}`,
        folder: `resource-${name}-v${PLUGIN_VERSIONS[name]}-built-${contentHash(module)}`,
        title: `Building Pulumi's ${name} plugin (about 3 minutes)`,
        module,
        args: (output) => ["build", "-v", "-buildvcs=false", "-ldflags=-s -w", "-o", output, "."],
    };
}

/** MinIO's server or client, which `go install` makes as it is. */
export function moduleRecipe(name: keyof typeof GO_MODULES): Recipe {
    const { path, version } = GO_MODULES[name];
    const minutes = { minio: "about 3 minutes", mc: "about a minute" }[name];
    return {
        file: name,
        folder: `${name}-${version}`,
        title: `Building ${name} (${minutes})`,
        args: () => ["install", "-v", "-ldflags=-s -w", `${path}@${version}`],
    };
}

/**
 * Builds a tool into the cache folder.
 *
 * @throws UserError when there is no Go, or the build fails; it names the log.
 */
export async function build(recipe: Recipe, say: Say): Promise<string> {
    const log = logFile(recipe.file);
    const folder = await during(
        say,
        recipe.title,
        makeFolder(recipe.folder, async (made, work) => {
            const output = join(made, recipe.file);
            const env = {
                ...process.env,
                // Without C it needs no compiler and no glibc, so it runs on NixOS too. A user's own
                // settings for another project do no harm.
                CGO_ENABLED: "0",
                GOFLAGS: "",
                GOWORK: "off",
                GOBIN: made,
                GOOS: "",
                GOARCH: "",
            };
            const { status } = await run("go", recipe.args(output), {
                cwd: recipe.module ?? work,
                env,
                log,
            });
            if (status === 127) {
                throw new UserError(
                    `${recipe.file} is not here and cannot be downloaded, and Go to build it is missing: install Go 1.26 or newer`,
                );
            }
            if (status !== 0)
                throw new UserError(`building ${recipe.file} failed: ${reason(log)} (all of it: ${log})`);
            return true;
        }),
        () => `, ${packages(log)}`,
    );
    const made = folder === undefined ? undefined : executable(join(folder, recipe.file));
    if (made === undefined) throw new UserError(`building ${recipe.file} made nothing (its log: ${log})`);
    return made;
}

/** `go -v` names each module that it downloads and each package that it has compiled. */
function packages(log: string): string {
    const lines = read(log)
        .split("\n")
        .filter((line) => line !== "");
    const downloads = lines.filter((line) => line.startsWith("go: downloading ")).length;
    const compiled = lines.length - downloads;
    return compiled === 0 ? `${downloads} modules downloaded` : `${compiled} packages compiled`;
}

function reason(log: string): string {
    const lines = read(log).trimEnd().split("\n");
    return (
        lines.findLast((line) => /^go: |error|cannot|no required module/i.test(line)) ??
        lines.at(-1) ??
        "no reason given"
    );
}

function read(log: string): string {
    try {
        return readFileSync(log, "utf8");
    } catch {
        return "";
    }
}
