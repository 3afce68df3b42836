import { COMMANDS, type Command } from "../commands/commands.ts";
import { EXIT_HELP } from "../commands/exitStatus.ts";

const COMMON = [
    "--stack, -s NAME      the stack; default: the one that pulumi itself would use here",
    "--json                prints JSON for machines",
    "--help, -h            this",
];

/** What `nix-cache --help` prints. */
export function generalHelp(): string {
    return [
        "use: nix-cache COMMAND [OPTIONS]",
        "",
        ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`),
        "",
        ...COMMON.map((line) => `  ${line}`),
        "",
        ...exitStatuses(),
    ].join("\n");
}

/** What `nix-cache COMMAND --help` prints. */
export function commandHelp({ name, arguments: names, summary, details }: Command): string {
    return [
        `use: nix-cache ${[name, ...names].join(" ")} [OPTIONS]`,
        `  ${summary}`,
        "",
        ...[...details, ...COMMON].map((line) => `  ${line}`),
        "",
        ...exitStatuses(),
    ].join("\n");
}

function exitStatuses(): string[] {
    return ["exit status:", ...EXIT_HELP.map(([status, meaning]) => `  ${status}  ${meaning}`)];
}
