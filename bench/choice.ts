import { UserError } from "../src/cache/problem.ts";

/** Tasks of those who push. Reading is measured after the push that it needs. */
const PUSHES = ["small", "most", "large", "fewer", "medium", "queue"];

/** What `--only` can leave out all others of. */
const TASKS = [...PUSHES, "stack", "hook", "renew"];

/**
 * Who does what, of what `--only` named: tasks by their whole names, contestants by a part of theirs.
 *
 * @throws UserError for what is no task, where nobody is to push
 */
export function choose(only: readonly string[]): {
    readonly task: (name: string) => boolean;
    /** Whether anybody pushes anything. */
    readonly pushes: boolean;
    readonly who: (name: string) => boolean;
} {
    const tasks = only.filter((name) => TASKS.includes(name));
    const parts = only.filter((name) => !TASKS.includes(name));
    const pushes = tasks.length === 0 || tasks.some((name) => PUSHES.includes(name));
    const [wrong] = parts;
    if (!pushes && wrong !== undefined)
        throw new UserError(`--only: there is no task ${wrong}; there are ${TASKS.join(", ")}`);
    return {
        task: (name) => tasks.length === 0 || tasks.includes(name),
        pushes,
        who: (name) => parts.length === 0 || parts.some((part) => name.includes(part)),
    };
}
