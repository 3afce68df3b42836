import { readdirSync } from "node:fs";
import { extname } from "node:path";
import type { Command } from "../system/command.ts";
import { isNotInstalled } from "../system/notInstalled.ts";

/** Each file of this folder is a command by the file's name; there is no other list of them. */
const FOLDER = new URL("../commands/", import.meta.url);
/** `.ts` in a clone, `.js` once compiled. */
const ENDING = extname(import.meta.url);

/** The names of all commands, sorted. */
export function commandNames(): string[] {
    return readdirSync(FOLDER)
        .filter((file) => file.endsWith(ENDING) && !file.endsWith(`.d${ENDING}`))
        .map((file) => file.slice(0, -ENDING.length))
        .sort();
}

/**
 * Loads one command, with the code that it needs itself.
 *
 * @returns undefined when there is none of that name
 */
export async function findCommand(name: string): Promise<Command | undefined> {
    if (!commandNames().includes(name)) return undefined;
    const module = (await import(new URL(`${name}${ENDING}`, FOLDER).href)) as { default: Command };
    return module.default;
}

/** Every command that is installed here: the package for builders has only its own code. */
export async function installedCommands(): Promise<[name: string, Command][]> {
    const found: [string, Command][] = [];
    for (const name of commandNames()) {
        const command = await findCommand(name).catch((error: unknown) => {
            if (!isNotInstalled(error)) throw error;
        });
        if (command !== undefined) found.push([name, command]);
    }
    return found;
}
