import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../src/cache/problem.ts";
import { run, type Outcome } from "../src/system/run.ts";

/** Real Nix, apart from the machine's own store, settings and caches. */
export interface NixSandbox {
    /** Folder with `nix` and `nix-store`. */
    readonly nix: string;
    /** File with the certificates that it trusts. */
    readonly bundle: string;
    /** A folder of its own, as {@link withTemporaryFolder} makes it. */
    readonly dir: string;
}

/**
 * Runs a Nix command with a home, a configuration and caches of its own, which
 * start empty. Works as root and as a user, and without a folder /nix.
 *
 * @param settings further lines for nix.conf
 */
export function nix(
    sandbox: NixSandbox,
    command: "nix" | "nix-store" | "nix-instantiate",
    args: readonly string[],
    settings = "",
): Promise<Outcome> {
    return run(join(sandbox.nix, command), args, {
        cwd: sandbox.dir,
        env: nixEnvironment(sandbox, settings),
    });
}

/** The environment in which {@link nix} runs it. */
export function nixEnvironment(sandbox: NixSandbox, settings = ""): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !/^(NIX_|XDG_)/.test(name));
    return {
        ...Object.fromEntries(own),
        HOME: sandbox.dir,
        // Not the machine's: its substituters and hooks have no part in this.
        NIX_CONF_DIR: sandbox.dir,
        NIX_USER_CONF_FILES: "",
        NIX_SSL_CERT_FILE: sandbox.bundle,
        // No proxy has a way to this machine's own addresses.
        NO_PROXY: "127.0.0.1,localhost",
        no_proxy: "127.0.0.1,localhost",
        NIX_CONFIG: [
            "experimental-features = nix-command",
            // Root on a machine without Nix's build users.
            "build-users-group =",
            "substituters =",
            "trusted-public-keys =",
            "require-sigs = true",
            settings,
        ].join("\n"),
    };
}

/** As {@link nix}, for what must succeed. @throws UserError with what Nix said */
export async function nixOrFail(
    sandbox: NixSandbox,
    command: "nix" | "nix-store" | "nix-instantiate",
    args: readonly string[],
    settings = "",
): Promise<string> {
    const { status, stdout, stderr } = await nix(sandbox, command, args, settings);
    if (status !== 0) throw new UserError(`${command} ${args[0] ?? ""} failed: ${nixError(stderr)}`);
    return stdout.trim();
}

/** A store of its own below a folder, with the usual /nix/store in its paths. */
export function storeUrl(root: string, parameters: Readonly<Record<string, string>> = {}): string {
    const query = Object.entries({ root, ...parameters }).map(
        ([key, value]) => `${key}=${encodeURIComponent(value)}`,
    );
    return `local?${query.join("&")}`;
}

/** What Nix calls an error, in one line. */
export function nixError(stderr: string): string {
    const lines = stderr.split("\n").map((line) => line.trim());
    return (
        lines
            .findLast((line) => line.startsWith("error:"))
            ?.slice("error:".length)
            .trim() ??
        lines.at(-1) ??
        ""
    );
}

/**
 * Gives a private folder whose path Nix takes as it is, and removes it at the
 * end, however that comes. (Nix 2.8 does not decode a blank in `file://`.)
 */
export async function withTemporaryFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
    const parent = /^[\w./-]+$/.test(tmpdir()) ? tmpdir() : "/tmp";
    const dir = mkdtempSync(join(parent, "nix-cache-"));
    const remove = () => removeStore(dir);
    process.once("exit", remove);
    try {
        return await work(dir);
    } finally {
        remove();
        process.off("exit", remove);
    }
}

/** Removes a folder, if it is there, that may hold a Nix store, whose folders are read-only. */
export function removeStore(dir: string): void {
    if (!existsSync(dir)) return;
    for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
        if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
    }
    rmSync(dir, { recursive: true, force: true });
}
