import type { Say } from "../src/system/progress.ts";
import type { Closures } from "./closures.ts";
import type { Arena, Contestant, Job, Pusher } from "./contestant.ts";
import { measure } from "./measure.ts";
import { readBack } from "./reading.ts";
import type { Collector } from "./results.ts";
import type { Sizes } from "./sizes.ts";

/** What is pushed into a bucket of its own, one after the other. */
interface Step {
    readonly name: string;
    readonly title: string;
    readonly job: Job;
    /** What the bucket has before; that is not measured. Default: nothing. */
    readonly before?: Job;
    /** Whether the same is pushed again. Default: false. */
    readonly again?: { readonly name: string; readonly title: string };
    /** Whether real Nix reads it back. Default: false. */
    readonly read?: { readonly name: string; readonly title: string };
}

/** The tasks, from the closures. */
export function steps(closures: Closures, sizes: Sizes): Step[] {
    const of = (...paths: string[]): Job => ({ paths, queued: false });
    const { small, nine, fewer, large, medium, queued } = closures;
    return [
        {
            name: "small",
            title: `${count(sizes.small)} small paths`,
            job: of(small),
            again: { name: "there", title: `the same ${count(sizes.small)} again: all is there` },
            read: { name: "read-small", title: `real Nix reads the ${count(sizes.small)} small paths` },
        },
        {
            name: "most",
            title: `${count(sizes.small)} small paths, 90 % there`,
            job: of(small),
            before: of(nine),
        },
        {
            name: "large",
            title: `${bytes(sizes.large.bytes)} in ${sizes.large.paths} paths`,
            job: of(large),
            read: { name: "read-large", title: `real Nix reads the ${bytes(sizes.large.bytes)}` },
        },
        { name: "fewer", title: `${count(sizes.fewer)} small paths`, job: of(fewer) },
        {
            name: "medium",
            title: `${bytes(sizes.medium.bytes)} in ${sizes.medium.paths} paths`,
            job: of(medium),
        },
        {
            name: "queue",
            title: `${count(sizes.queued)} paths that a hook queued one by one`,
            job: { paths: queued, queued: true },
        },
    ];
}

/** All contestants do a step, in turn; who begins changes with the round. */
export async function compete(
    arena: Arena,
    contestants: readonly Contestant[],
    step: Step,
    round: number,
    collector: Collector,
    say: Say,
): Promise<void> {
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
        if (contestant.tasks !== undefined && !contestant.tasks.includes(step.name)) continue;
        if (contestant.slow === true && round > 0) continue;
        const bucket = await arena.server.bucket();
        const pusher = await contestant.open(bucket);
        try {
            await one(arena, pusher, { step, bucket, contestant }, collector, say);
        } finally {
            await pusher.close();
            await arena.server.remove(bucket);
        }
    }
}

async function one(
    arena: Arena,
    pusher: Pusher,
    { step, bucket, contestant }: { step: Step; bucket: string; contestant: Contestant },
    collector: Collector,
    say: Say,
): Promise<void> {
    const { name: who, tasks } = contestant;
    const does = ({ name }: { name: string }) => tasks?.includes(name) ?? true;
    if (step.before !== undefined) await measure(await pusher.push(step.before));
    const timed = async (task: { name: string; title: string }) => {
        const { seconds, peak } = await measure(await pusher.push(step.job));
        collector.add(task, who, seconds, peak);
        say(`  ${task.name}: ${who}: ${seconds.toFixed(2)} s, ${Math.round(peak / 2 ** 20)} MiB`);
    };
    await timed(step);
    if (step.again !== undefined && does(step.again)) await timed(step.again);
    if (step.read === undefined || !does(step.read)) return;
    const { seconds, peak } = await measure([readBack(arena, bucket, step.job.paths)]);
    collector.add(step.read, who, seconds, peak);
    say(`  ${step.read.name}: ${who}: ${seconds.toFixed(2)} s`);
}

function count(number: number): string {
    return number.toLocaleString("en");
}

function bytes(number: number): string {
    return number >= 1e9 ? `${(number / 1e9).toFixed(1)} GB` : `${Math.round(number / 1e6)} MB`;
}
