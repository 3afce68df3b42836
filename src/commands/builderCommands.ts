import type { Command } from "./commands.ts";

const QUEUE =
    "--queue FOLDER        default: NIX_CACHE_QUEUE, else /var/lib/nix-cache-push (root), else ~/.local/state/nix-cache-push";

/** The commands of a builder. They need neither Pulumi nor the project's folder. */
export const PUSH_COMMANDS: readonly Command[] = [
    {
        name: "enqueue",
        arguments: ["[PATH…]"],
        options: ["queue", "limit"],
        anywhere: true,
        summary: "queues store paths for a push; for Nix's post-build-hook, never fails a build",
        details: [
            "PATH                  store paths; default: OUT_PATHS, else the outputs of DRV_PATH, as Nix gives them to a post-build-hook",
            QUEUE,
            "--limit N             paths that may wait; more are dropped and counted. Default: 10000",
        ],
        run: async (_, options, paths) => (await import("./enqueue.ts")).enqueue(options, paths),
    },
    {
        name: "push",
        arguments: [],
        options: [
            "queue",
            "host-config",
            "credentials",
            "signing-key",
            "profile",
            "upstream-key",
            "transport",
            "compression",
            "max-tries",
            "first-pause",
            "longest-pause",
            "store",
            "watch",
            "once",
            "force",
        ],
        anywhere: true,
        summary: "signs and pushes what is queued, until the queue is empty",
        details: [
            "--watch               goes on for ever, as a service",
            "--once                tries each path once, as from cron",
            "--force               sends again what looks good in the cache, with all that it refers to",
            "--host-config FILE    from: pulumi stack output hostConfig --json. Default: NIX_CACHE_HOST_CONFIG_FILE",
            "--credentials FILE    AWS credentials file. Default: AWS_SHARED_CREDENTIALS_FILE",
            "--signing-key FILE    secret signing key. Default: NIX_CACHE_SIGNING_KEY_FILE",
            "--profile NAME        profile in the credentials file. Default: the stack's first builder",
            "--upstream-key NAME   paths that a key of this name signed are left to other caches; more than once for",
            "                      several, '' for none. Default: cache.nixos.org-1",
            "--transport s3|file   s3: Nix's own copy where it can do it; file: export, then upload (Nix without S3)",
            "--compression NAME    of NARs: xz, zstd, gzip, bzip2, br or none. Default: Nix's own (xz)",
            "--max-tries N         tries of a path that fails by its own fault. Default: 5",
            "--first-pause S       seconds before a new try; doubles each time. Default: 5",
            "--longest-pause S     Default: 900",
            "--store URL           the local store. Default: Nix's own",
            QUEUE,
        ],
        run: async (_, options) => (await import("./push.ts")).push(options),
    },
    {
        name: "queue",
        arguments: [],
        options: ["queue", "limit", "retry", "metrics"],
        anywhere: true,
        summary: "what waits to be pushed, since when, and what went wrong",
        details: [
            "--retry               queues again what was given up",
            "--metrics FILE        writes it for Prometheus's textfile collector",
            QUEUE,
        ],
        run: async (_, options) => (await import("./queue.ts")).queue(options),
    },
];
