import { spawnSync } from "node:child_process";
import { run } from "../../../src/system/run.ts";

const mounted = new Set<string>();
// Whatever happens, so that the folders can be removed.
process.prependListener("exit", () => {
    for (const folder of mounted) spawnSync("umount", ["--lazy", folder]);
});

/** Puts a small file system of its own into a folder. False where only root could, and this is not root. */
export function mountSmall(folder: string): Promise<boolean> {
    return mount(folder, "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder);
}

/** Makes a folder read-only, for root too. False where only root could, and this is not root. */
export async function readOnly(folder: string): Promise<boolean> {
    return (
        (await mount(folder, "--bind", folder, folder)) &&
        (await mount(folder, "-o", "remount,ro,bind", folder))
    );
}

export async function unmount(folder: string): Promise<void> {
    const { status, stderr } = await run("umount", ["--lazy", folder]);
    if (status !== 0) throw new Error(stderr);
    mounted.delete(folder);
}

async function mount(folder: string, ...args: string[]): Promise<boolean> {
    const { status } = await run("mount", args);
    if (status === 0) mounted.add(folder);
    return status === 0;
}
