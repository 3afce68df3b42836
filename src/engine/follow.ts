import { printable } from "../cache/problem.ts";
import type { Step, Told } from "./events.ts";

/** Number of resources by what was, or would be, done: `same`, `create`, `update`, `replace`, `delete`. */
export type Changes = Readonly<Partial<Record<string, number>>>;

/** What a run of Pulumi has said that people want to know. */
export interface Followed {
    /** A line for each resource that was, or would be, changed. */
    readonly changes: readonly string[];
    /** The first line of each warning, once. */
    readonly warnings: readonly string[];
    /** Takes what the engine tells. */
    readonly onTold: (told: Told) => void;
}

/** Words and sign of a change that is done, and of one that would be; the parts of a replacement are not shown. */
const WORDS: Readonly<Record<string, { readonly sign: string; readonly done: string }>> = {
    create: { sign: "+", done: "created" },
    update: { sign: "~", done: "updated" },
    delete: { sign: "-", done: "deleted" },
    replace: { sign: "+-", done: "replaced" },
    import: { sign: "=", done: "imported" },
};

/**
 * Follows a run of Pulumi.
 *
 * @param what whether the run does what it tells (`up`), or only would (`preview`)
 * @param say takes what is to be shown, as it comes
 */
export function follow(
    what: "up" | "preview",
    say: (line: string) => void,
    isShown: (step: Step) => boolean = () => true,
): Followed {
    const changes = new Set<string>();
    const warnings = new Set<string>();
    const began = new Map<string, number>();
    const change = (step: Step, words: string) => {
        const { sign } = WORDS[step.op] ?? { sign: "" };
        const diff = step.diff === "" ? "" : ` [diff: ${step.diff}]`;
        const line = `${sign} ${step.type} ${step.name} ${words}${diff}`;
        if (changes.has(line)) return;
        changes.add(line);
        if (isShown(step)) say(printable(line));
    };
    const onTold = (told: Told) => {
        if (told.kind === "warning") {
            const warning = told.message.split("\n", 1)[0] ?? "";
            if (warnings.has(warning)) return;
            warnings.add(warning);
            say(`warning: ${printable(warning)}`);
        } else if (told.kind === "begins" || told.kind === "done") {
            const { step } = told;
            const words = WORDS[step.op];
            const id = `${step.op} ${step.type} ${step.name}`;
            if (told.kind === "begins") began.set(id, performance.now());
            if (words === undefined) return;
            if (what === "preview") change(step, step.op);
            else if (told.kind === "done") change(step, `${words.done} (${seconds(began.get(id))})`);
        }
    };
    return {
        get changes() {
            return [...changes];
        },
        get warnings() {
            return [...warnings];
        },
        onTold,
    };
}

/** As Pulumi shows it: hundredths below a second, whole seconds from there. */
function seconds(since = performance.now()): string {
    const passed = (performance.now() - since) / 1000;
    return passed < 1 ? `${passed.toFixed(2)}s` : `${Math.trunc(passed)}s`;
}

/**
 * What was or would be changed, in few words: `create 3, update 1`; undefined: nothing.
 *
 * @param markers how many of what is replaced stand for drift ({@link isMarker}), and are not told. Default: none
 */
export function summary(changes: Changes, markers = 0): string | undefined {
    const counts = Object.entries(changes)
        .filter(([what]) => what !== "same" && what !== "read")
        .map(([what, count = 0]) => [what, what === "replace" ? count - markers : count] as const)
        .filter(([, count]) => count > 0);
    return counts.length === 0 ? undefined : counts.map(([what, count]) => `${what} ${count}`).join(", ");
}

/** Whether it is of the resource that stands for drift in a preview (components/driftMarker.ts). */
export function isMarker({ type, name }: Step): boolean {
    return type === "random:index:RandomUuid" && name === "drift";
}
