/** Tasks of those who push. Reading is measured after the push that it needs. */
const PUSHES = ["small", "most", "large", "fewer", "medium", "queue"];

/** What `--only` can leave out all others of. */
const TASKS = [...PUSHES, "stack", "hook", "renew"];

/** Who does what, of what `--only` named: tasks by their whole names, contestants by a part of theirs. */
export function choose(only: readonly string[]): {
    readonly task: (name: string) => boolean;
    /** Whether anybody pushes anything. */
    readonly pushes: boolean;
    readonly who: (name: string) => boolean;
} {
    const tasks = only.filter((name) => TASKS.includes(name));
    const parts = only.filter((name) => !TASKS.includes(name));
    return {
        task: (name) => tasks.length === 0 || tasks.includes(name),
        pushes: tasks.length === 0 || tasks.some((name) => PUSHES.includes(name)),
        who: (name) => parts.length === 0 || parts.some((part) => name.includes(part)),
    };
}
