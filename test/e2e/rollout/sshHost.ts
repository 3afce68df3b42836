import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { freePort } from "../../../sandbox/ports.ts";
import { run } from "../../../src/system/run.ts";
import { newFolder } from "../world.ts";

/** Makes a key pair without a passphrase. */
export async function makeKey(file: string): Promise<{ secret: string; public: string }> {
    await mustRun("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file);
    return { secret: readFileSync(file, "utf8"), public: readFileSync(`${file}.pub`, "utf8").trim() };
}

/**
 * A machine to log in to: Debian's sshd on a port of its own, with an /etc and
 * a /run of its own, by mounts that no other process sees. So what is rolled
 * out there is real, and this machine's own files and daemon are left alone.
 */
export class SshHost {
    /** The machine's /etc. */
    readonly etc: string;
    readonly port: number;
    readonly hostKey: string;
    private readonly folder: string;
    private daemon: ChildProcess | undefined;

    private constructor(folder: string, port: number, hostKey: string) {
        this.folder = folder;
        this.etc = join(folder, "etc");
        this.port = port;
        this.hostKey = hostKey;
    }

    /** @param authorized the public key that may log in as root */
    static async make(authorized: string): Promise<SshHost> {
        const folder = newFolder("ssh-host");
        const key = await makeKey(join(folder, "host-key"));
        const host = new SshHost(folder, await freePort(), key.public);
        cpSync("/etc", host.etc, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
        for (const own of ["nix", "nix-cache", "systemd/system/nix-daemon.service.d"])
            rmSync(join(host.etc, own), { recursive: true, force: true });
        // Whatever it is on this machine: not locked, and no password fits.
        const shadow = join(host.etc, "shadow");
        writeFileSync(shadow, readFileSync(shadow, "utf8").replace(/^root:[^:]*:/m, "root:*:"));
        writeFileSync(join(folder, "authorized"), `${authorized}\n`);
        const config = [
            "ListenAddress 127.0.0.1",
            `HostKey ${join(folder, "host-key")}`,
            `AuthorizedKeysFile ${join(folder, "authorized")}`,
            "StrictModes no",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "LogLevel DEBUG1",
            "PidFile none",
        ];
        writeFileSync(join(folder, "sshd_config"), config.map((line) => `${line}\n`).join(""));
        await host.start();
        return host;
    }

    async start(): Promise<void> {
        const { folder, etc, port } = this;
        const script = [
            "set -e",
            "mount --make-rprivate /",
            `mount --bind "$1" /etc`,
            "mount -t tmpfs tmpfs /run",
            "mkdir -p /run/sshd",
            `exec "$2" -D -p "$3" -f "$4" -E "$5"`,
        ].join("\n");
        const sshd = sshdBinary();
        if (sshd === undefined) throw new Error("there is no sshd");
        const args = [etc, sshd, String(port), join(folder, "sshd_config"), join(folder, "log")];
        const daemon = spawn("unshare", ["--mount", "sh", "-c", script, "sh", ...args], { stdio: "ignore" });
        this.daemon = daemon;
        process.once("exit", () => daemon.kill("SIGKILL"));
        for (let tries = 0; !(await answers(port)); tries++) {
            if (tries > 100 || daemon.exitCode !== null)
                throw new Error(`sshd does not start: ${this.log()}`);
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }

    async stop(): Promise<void> {
        const { daemon } = this;
        this.daemon = undefined;
        if (daemon?.exitCode !== null) return;
        const ended = new Promise((resolve) => daemon.once("exit", resolve));
        daemon.kill("SIGTERM");
        await ended;
    }

    /** A file below /etc; undefined where there is none. */
    file(path: string): string | undefined {
        const file = join(this.etc, path);
        return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    }

    /** Puts a file of the owner's there. */
    write(path: string, content: string): void {
        mkdirSync(join(this.etc, path, ".."), { recursive: true });
        writeFileSync(join(this.etc, path), content);
    }

    /** What sshd has logged. */
    log(): string {
        const file = join(this.folder, "log");
        return existsSync(file) ? readFileSync(file, "utf8") : "";
    }
}

/** Debian's sshd must be started by its full path. */
export function sshdBinary(): string | undefined {
    return ["/usr/sbin/sshd", "/usr/bin/sshd"].find((path) => existsSync(path));
}

/** Whether a process may have mounts of its own. */
export async function canMount(): Promise<boolean> {
    return (await run("unshare", ["--mount", "mount", "--make-rprivate", "/"])).status === 0;
}

function answers(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = createConnection(port, "127.0.0.1");
        socket.once("connect", () => {
            socket.destroy();
            resolve(true);
        });
        socket.once("error", () => resolve(false));
    });
}

async function mustRun(command: string, ...args: string[]): Promise<void> {
    const { status, stderr } = await run(command, args);
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
}
