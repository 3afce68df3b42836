/** One run's results, as JSON keeps them. */
export interface Results {
    /** When it began, in ISO 8601. */
    readonly date: string;
    readonly quick: boolean;
    readonly rounds: number;
    /** What it ran on: name and value. */
    readonly machine: Readonly<Record<string, string>>;
    readonly tasks: readonly Task[];
    /** Who did not take part, and why. */
    readonly missing: readonly { readonly name: string; readonly why: string }[];
}

/** What several did in turn. The first is the one that the others are compared with. */
export interface Task {
    readonly name: string;
    readonly title: string;
    readonly rows: readonly Row[];
}

export interface Row {
    readonly who: string;
    /** Of each round. */
    readonly seconds: readonly number[];
    /** The most memory of a process in any round, in bytes; 0 where it was not looked at. */
    readonly peak: number;
}

/** The middle one; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
    return (low + high) / 2;
}

/** Collects what is measured, in the order in which it first comes. */
export class Collector {
    private readonly found = new Map<
        string,
        { title: string; rows: Map<string, { seconds: number[]; peak: number }> }
    >();

    /** @param peak in bytes */
    add(
        task: { readonly name: string; readonly title: string },
        who: string,
        seconds: number,
        peak = 0,
    ): void {
        const { rows } = this.found.get(task.name) ?? {
            rows: new Map<string, { seconds: number[]; peak: number }>(),
        };
        this.found.set(task.name, { title: task.title, rows });
        const row = rows.get(who) ?? { seconds: [], peak: 0 };
        rows.set(who, { seconds: [...row.seconds, seconds], peak: Math.max(row.peak, peak) });
    }

    get tasks(): Task[] {
        return [...this.found].map(([name, { title, rows }]) => ({
            name,
            title,
            rows: [...rows].map(([who, row]) => ({ who, ...row })),
        }));
    }
}
