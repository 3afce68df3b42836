import { spawn } from "node:child_process";
import {
    existsSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    readlinkSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

/** How a script ended. */
export interface Ended {
    /** Null: by a signal. */
    readonly status: number | null;
    readonly stderr: string;
}

/** A machine's files below a folder, for scripts that are run with DESTDIR. */
export class Machine {
    readonly root: string;

    constructor(root = mkdtempSync(join(tmpdir(), "nix-cache-machine-"))) {
        this.root = root;
    }

    at(path: string): string {
        return join(this.root, path);
    }

    put(path: string, content: string | Buffer, mode = 0o644): void {
        mkdirSync(dirname(this.at(path)), { recursive: true });
        rmSync(this.at(path), { force: true });
        writeFileSync(this.at(path), content, { mode });
    }

    read(path: string): string {
        return readFileSync(this.at(path), "utf8");
    }

    /** Runs a script as `… | ssh root@machine sh -s -- ARGUMENTS` does. */
    async run(
        script: string,
        args: readonly string[] = [],
        { shell = ["sh"], env = {} }: { shell?: readonly string[]; env?: Record<string, string> } = {},
    ): Promise<Ended> {
        const [command = "sh", ...words] = shell;
        const child = spawn(command, [...words, "-s", "--", ...args], {
            cwd: this.root,
            env: { ...process.env, DESTDIR: this.root, ...env },
            stdio: ["pipe", "ignore", "pipe"],
        });
        const ended = new Promise<number | null>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", resolve);
        });
        // One that is killed does not read all of it.
        child.stdin.on("error", () => undefined);
        child.stdin.end(script);
        const stderr = await text(child.stderr);
        return { status: await ended, stderr };
    }

    /**
     * What every file is: mode, owner and content, or where a link leads. Without
     * the work folders of scripts that were killed, which no program reads.
     */
    files(): Record<string, string> {
        const found: Record<string, string> = {};
        const walk = (folder: string) => {
            for (const name of readdirSync(join(this.root, folder)).sort()) {
                const path = `${folder}/${name}`;
                const file = join(this.root, path);
                const stat = lstatSync(file);
                if (stat.isDirectory()) {
                    if (!name.startsWith(".nix-cache-install.")) walk(path);
                } else if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(file)}`;
                else
                    found[path] =
                        `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid} ${readFileSync(file, "latin1")}`;
            }
        };
        if (existsSync(this.at("etc"))) walk("etc");
        return found;
    }

    /** Names in all folders that a killed script has left, or that must not be there. */
    leftovers(): string[] {
        return readdirSync(this.at("etc"), { recursive: true, encoding: "utf8" }).filter((path) =>
            /nix-cache-(install|kept)\./.test(path),
        );
    }

    remove(): void {
        rmSync(this.root, { recursive: true, force: true });
    }
}
