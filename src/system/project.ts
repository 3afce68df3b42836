import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../cache/problem.ts";

/**
 * The project that a folder belongs to: the nearest Pulumi.yaml above it, as Pulumi itself looks for it.
 *
 * @throws UserError when there is none
 */
export function findProject(from: string): string {
    const folder = projectOf(from);
    if (folder !== undefined) return folder;
    throw new UserError(
        `there is no Pulumi.yaml in ${resolve(from)} or above it: run this in the project's folder`,
    );
}

/** The same; undefined when there is none. */
export function projectOf(from: string): string | undefined {
    for (let folder = resolve(from); ; folder = dirname(folder)) {
        if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
        if (folder === dirname(folder)) return undefined;
    }
}

/**
 * The project's name: the namespace of its own keys, and a part of each URN.
 *
 * @throws UserError when Pulumi.yaml has none
 */
export function projectName(folder: string): string {
    const file = join(folder, "Pulumi.yaml");
    const name = /^name:\s*["']?([^\s"'#]+)/m.exec(readFileSync(file, "utf8"))?.[1];
    if (name === undefined)
        throw new UserError(`${file} has no name: write the project's into it, as in name: nix-cache`);
    return name;
}
