import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * The file with a stack's settings, `Pulumi.NAME.yaml`.
 *
 * @param folder the folder with Pulumi.yaml
 * @param stack the stack's name; of `organization/project/NAME`, the last part counts
 */
export function stackFile(folder: string, stack: string): string {
    const project = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
    const directory = /^stackConfigDir:\s*["']?([^"'#\n]+?)["']?\s*(#.*)?$/m.exec(project)?.[1] ?? ".";
    return join(resolve(folder, directory), `Pulumi.${stack.slice(stack.lastIndexOf("/") + 1)}.yaml`);
}

/** The full keys that stand in a stack's file; Pulumi itself shows the project's defaults among them. */
export function keysIn(file: string): Set<string> {
    if (!existsSync(file)) return new Set();
    const text = readFileSync(file, "utf8");
    return new Set(
        [...text.matchAll(/^\s+["']?([\w-]+:[\w.-]+)["']?\s*:(?=\s|$)/gm)].map(([, key = ""]) => key),
    );
}
