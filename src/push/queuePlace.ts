import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Values } from "../system/command.ts";
import { count } from "../system/optionValues.ts";

export { count };

type Environment = NodeJS.ProcessEnv;

/** Number of paths that may wait, where nothing else is said. */
const DEFAULT_LIMIT = 10_000;

/** The option that says where the queue is. */
export const QUEUE = {
    queue: {
        type: "string",
        value: "FOLDER",
        help: "default: NIX_CACHE_QUEUE, else /var/lib/nix-cache-push (root), else ~/.local/state/nix-cache-push",
    },
} as const;

/** The option that says how many paths may wait. */
export const LIMIT = {
    limit: {
        type: "string",
        value: "N",
        help: `paths that may wait; more are dropped and counted. Default: ${DEFAULT_LIMIT}`,
    },
} as const;

/** What says which queue is meant, and how long it may be. */
export type QueueValues = Values<typeof QUEUE & typeof LIMIT>;

/** The queue's folder, as an absolute path: as given, else systemd's for this unit, else root's or the user's own. */
export function queueFolder({ queue }: Values<typeof QUEUE>, env: Environment = process.env): string {
    const given = queue ?? env.NIX_CACHE_QUEUE ?? env.STATE_DIRECTORY;
    if (given !== undefined && given !== "") return resolve(given);
    if (process.getuid?.() === 0) return "/var/lib/nix-cache-push";
    // Relative paths in these variables are to be passed over (XDG Base Directory Specification).
    const { XDG_STATE_HOME: state = "" } = env;
    return join(isAbsolute(state) ? state : join(homedir(), ".local", "state"), "nix-cache-push");
}

/** Number of paths that may wait. Default: 10 000. */
export function queueLimit({ limit }: Values<typeof LIMIT>, env: Environment = process.env): number {
    const given = limit ?? (env.NIX_CACHE_QUEUE_LIMIT === "" ? undefined : env.NIX_CACHE_QUEUE_LIMIT);
    return count("limit", given) ?? DEFAULT_LIMIT;
}
