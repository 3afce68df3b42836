/** What `--only` can leave out all others of. Reading is measured after the push that it needs. */
const TASKS = ["small", "most", "large", "fewer", "medium", "queue", "stack", "hook", "renew"];

/** Who does what, of what `--only` named: tasks by their whole names, contestants by a part of theirs. */
export function choose(only: readonly string[]): {
    readonly task: (name: string) => boolean;
    readonly who: (name: string) => boolean;
} {
    const tasks = only.filter((name) => TASKS.includes(name));
    const parts = only.filter((name) => !TASKS.includes(name));
    return {
        task: (name) => tasks.length === 0 || tasks.includes(name),
        who: (name) => parts.length === 0 || parts.some((part) => name.includes(part)),
    };
}
