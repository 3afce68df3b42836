import { logFile } from "./cache.ts";
import { run } from "../src/system/run.ts";
import { isDebian } from "./search.ts";

/** Whether a package can be installed without asking anybody: on Debian, as root. */
export function canInstall(): boolean {
    return process.getuid?.() === 0 && isDebian();
}

/**
 * Installs one of Debian's packages, without those that it only recommends. Its
 * words go to a log in the cache folder.
 *
 * @returns undefined when it could not
 */
export async function aptInstall(name: string): Promise<true | undefined> {
    const log = logFile(name);
    const options = { log, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, timeoutMs: 300_000 };
    // Another run may be installing something just now.
    const wait = ["-o", "DPkg::Lock::Timeout=120"];
    const install = () =>
        run("apt-get", [...wait, "install", "-y", "--no-install-recommends", name], options);
    let { status } = await install();
    if (status !== 0) {
        // New containers come without package lists.
        await run("apt-get", [...wait, "update"], options);
        ({ status } = await install());
    }
    return status === 0 ? true : undefined;
}
