import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import type { Ended, Machine } from "./machine.ts";

const ENTER = [
    "mount --make-rprivate /",
    'mount --bind "$1/etc" /etc',
    // Without systemd's folder, whose daemon is this machine's.
    "mount -t tmpfs tmpfs /run",
    "shift",
    'exec "$@"',
].join(" && ");

/** Whether a process may have mounts of its own. */
export function canMount(): boolean {
    return spawnSync("unshare", ["--mount", "mount", "--make-rprivate", "/"]).status === 0;
}

/** Gives a machine what a shell and this test need of an /etc. */
export function completeEtc(machine: Machine): void {
    mkdirSync(machine.at("etc"), { recursive: true });
    for (const file of ["passwd", "group", "ld.so.cache"])
        cpSync(`/etc/${file}`, machine.at(`etc/${file}`), { force: true });
}

/** Runs a script as root of a machine whose /etc is the machine's, by mounts that no other process sees. */
export function runAsRoot(
    machine: Machine,
    script: string,
    command: readonly string[] = ["sh", "-s"],
): Ended {
    const { status, stderr } = spawnSync(
        "unshare",
        ["--mount", "sh", "-c", ENTER, "sh", machine.root, ...command],
        { input: script, encoding: "utf8", env: { PATH: process.env.PATH, HOME: "/root" } },
    );
    return { status, stderr };
}
