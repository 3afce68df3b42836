import type { Say } from "../src/system/progress.ts";
import type { Tools } from "../toolchain/tools.ts";
import type { Arena, Missing } from "./contestant.ts";
import { measure, type Command } from "./measure.ts";
import type { Collector } from "./results.ts";
import { emptyStack } from "./stacks/emptyProgram.ts";
import { mcStack } from "./stacks/mc.ts";
import { newStack } from "./stacks/ours.ts";
import { tofuStack } from "./stacks/tofu.ts";

const TASKS = {
    first: { name: "stack-first", title: "the stack: first up" },
    up: { name: "stack-up", title: "the stack: up without a change" },
    preview: { name: "stack-preview", title: "the stack: preview" },
    drift: { name: "stack-drift", title: "the stack: drift" },
    doctor: { name: "stack-doctor", title: "the stack: doctor" },
} as const;

/** Makes the stack anew and works on it, beside what makes the same. @returns who did not take part */
export async function timeStack(
    arena: Arena,
    tools: Tools,
    round: number,
    collector: Collector,
    say: Say,
): Promise<Missing[]> {
    const name = (who: string) => `stack-${who}-${round}`;
    const ours = await newStack(arena, tools, name("ours"));
    const empty = emptyStack(arena, tools);
    const mc = mcStack(arena, name("mc"));
    const tofu = await tofuStack(arena, name("tofu"));
    const withTofu = (...args: string[]) => (typeof tofu === "function" ? { OpenTofu: tofu(...args) } : {});
    const plan = ["plan", "-input=false", "-detailed-exitcode"];
    const apply = ["apply", "-input=false", "-auto-approve"];
    await inTurn(TASKS.first, {
        "nix-cache up": ours("up"),
        "an empty Pulumi program": empty("up"),
        ...withTofu(...apply),
        mc: mc.up,
    });
    await inTurn(TASKS.up, {
        "nix-cache up": ours("up"),
        "an empty Pulumi program": empty("up"),
        ...withTofu(...apply),
    });
    await inTurn(TASKS.preview, {
        "nix-cache preview": ours("preview"),
        "an empty Pulumi program": empty("preview"),
        ...withTofu(...plan),
    });
    await inTurn(TASKS.drift, { "nix-cache drift": ours("drift"), ...withTofu(...plan), mc: mc.look });
    await inTurn(TASKS.doctor, { "nix-cache doctor": ours("doctor"), mc: mc.look });
    return typeof tofu === "function" ? [] : [tofu];

    async function inTurn(
        task: { name: string; title: string },
        by: Readonly<Record<string, Command>>,
    ): Promise<void> {
        for (const [who, command] of Object.entries(by)) {
            const { seconds, peak } = await measure([command]);
            collector.add(task, who, seconds, peak);
            say(`  ${task.name}: ${who}: ${seconds.toFixed(2)} s`);
        }
    }
}
