/**
 * One of this program's commands, for a message, in the form in which the
 * reader called this one: through npm's script of that name, or as `nix-cache`.
 *
 * @param words what follows the command's name, quoted for a shell where it has to be
 */
export function asCalled(command: string, ...words: readonly string[]): string {
    if (!isByNpm()) return ["nix-cache", command, ...words].join(" ");
    return ["npm run -s", command, ...(words.length === 0 ? [] : ["--", ...words])].join(" ");
}

/** Whether npm runs this process as its script of the command's name; what else it runs may call `nix-cache` itself. */
export function isByNpm(): boolean {
    const [, , command] = process.argv;
    return command !== undefined && process.env.npm_lifecycle_event === command;
}
