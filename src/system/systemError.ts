import { getSystemErrorMap } from "node:util";

/** Plain words for what a file system refuses. The codes are those of POSIX, "errno.h". */
const WORDS: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EBUSY: "it is in use",
    EDQUOT: "the quota of this user is used up",
    EEXIST: "it is there already",
    EFBIG: "the file is too big for this file system",
    EINTR: "it was interrupted",
    EIO: "the disk reports an error",
    EISDIR: "it is a folder",
    ELOOP: "its links go round in a circle",
    EMFILE: "too many files are open in this process",
    ENAMETOOLONG: "the name is too long",
    ENFILE: "too many files are open on this machine",
    ENODEV: "there is no such device",
    ENOENT: "there is no such file or folder",
    ENOLCK: "this file system gives no locks",
    ENOMEM: "there is not enough memory",
    ENOSPC: "no space is left on the disk",
    ENOTDIR: "a part of its path is a file, not a folder",
    ENOTEMPTY: "the folder is not empty",
    ENOTSUP: "this file system cannot do that",
    ENXIO: "nobody reads from it",
    EPERM: "it is not permitted",
    EPIPE: "its reader has gone",
    EROFS: "the file system is read-only",
    ESTALE: "the network file system has lost it",
    ETIMEDOUT: "no answer in time",
    ETXTBSY: "it is a program that runs",
    EXDEV: "it is on another file system",
};

/**
 * What an error of the system says to a person: `no space is left on the disk`,
 * in place of `ENOSPC`. A code that has no words here keeps those of the system
 * beside it; an error without a code, its message's first line.
 */
export function systemErrorWords(error: unknown): string {
    const { code, errno, message } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
    if (typeof code !== "string") return firstLine(message ?? String(error));
    const known = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
    if (known !== undefined) return known;
    const [, words] = (errno === undefined ? undefined : getSystemErrorMap().get(errno)) ?? [];
    return words === undefined ? `${firstLine(message ?? "error")} (${code})` : `${words} (${code})`;
}

/** Whether an error is one of the system (a file, a disk, a process), and no defect of the program. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
    return error instanceof Error && "errno" in error && "code" in error && typeof error.code === "string";
}

function firstLine(text: string): string {
    return text.split("\n", 1)[0] ?? "";
}

/** The same with the file that it is about: `/var/lib/x: no space is left on the disk`. */
export function systemWords(error: NodeJS.ErrnoException): string {
    const words = systemErrorWords(error);
    return error.path === undefined ? words : `${error.path}: ${words}`;
}

/** Whether the system refused it with this code, as in errno(3). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
    return isSystemError(error) && codes.includes(error.code);
}
