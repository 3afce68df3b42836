import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { UserError } from "../cache/problem.ts";
import { argumentsOf } from "../toolchain/run.ts";

const WAIT_SECONDS = 20;

/**
 * Removes the locks that Pulumi's file backend holds for processes that are gone.
 * One that is being ended (its start was killed) gets some seconds to do so.
 *
 * @param state folder of the file backend
 * @throws UserError when another Pulumi works on the stack
 */
export async function removeStaleLocks(stack: Stack, state: string): Promise<void> {
    const end = Date.now() + WAIT_SECONDS * 1000;
    for (;;) {
        const holders = lockHolders(state);
        if (holders.length === 0) return;
        const alive = [];
        for (const pid of holders) if ((await argumentsOf(pid))?.includes("pulumi") === true) alive.push(pid);
        if (alive.length === 0) return stack.cancel();
        if (Date.now() > end) {
            throw new UserError(
                `another Pulumi works on this stack (process ${alive.join(", ")}); wait for its end`,
            );
        }
        await sleep(500);
    }
}

/** Process ids in the lock files. */
function lockHolders(state: string): number[] {
    const folder = join(state, ".pulumi", "locks");
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".json"))
        .map((name) => {
            try {
                return (JSON.parse(readFileSync(join(folder, name), "utf8")) as { pid?: number }).pid ?? 0;
            } catch {
                return 0;
            }
        });
}
