import type { Target } from "./target.ts";

/** One way of breaking one path, and what then holds. */
export interface Row {
    readonly what: string;
    readonly breaks: (one: Target, other: Target) => Promise<void>;
    /** How the path's NAR is compressed; but for `none`, Nix itself made it. Default: a push made it (zstd). */
    readonly compression?: "none" | "xz" | "bzip2" | "gzip" | "br";
    /** What `doctor --deep` says of it; undefined: nothing, since nothing is wrong that a host would meet. */
    readonly doctor?: RegExp;
    /** Whom it names: the path itself (default), its narinfo alone, or the path that refers to it. */
    readonly names?: "path" | "key" | "referrer";
    /** What real Nix does before it is repaired. */
    readonly nix: "refuses" | "takes";
    /** What a push does without more: it repairs the path (default), or sees nothing wrong and needs `--force`. */
    readonly push?: "repairs" | "needs --force" | "leaves it";
}
