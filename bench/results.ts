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
    /** What the server did for it, of each round. Default: nobody looked. */
    readonly server?: readonly Served[];
}

/** What a server did for a task. */
export interface Served {
    readonly requests: number;
    /** Bytes that it had written to the disk; undefined where the system does not tell. */
    readonly written?: number;
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
    private readonly found = new Map<string, { title: string; rows: Map<string, Omit<Row, "who">> }>();

    /**
     * @param peak in bytes
     * @param served what the server did for it. Default: nobody looked
     */
    add(
        task: { readonly name: string; readonly title: string },
        who: string,
        seconds: number,
        peak = 0,
        served?: Served,
    ): void {
        const { rows } = this.found.get(task.name) ?? { rows: new Map<string, Omit<Row, "who">>() };
        this.found.set(task.name, { title: task.title, rows });
        const row: Omit<Row, "who"> = rows.get(who) ?? { seconds: [], peak: 0 };
        rows.set(who, {
            seconds: [...row.seconds, seconds],
            peak: Math.max(row.peak, peak),
            ...(served === undefined ? {} : { server: [...(row.server ?? []), served] }),
        });
    }

    get tasks(): Task[] {
        return [...this.found].map(([name, { title, rows }]) => ({
            name,
            title,
            rows: [...rows].map(([who, row]) => ({ who, ...row })),
        }));
    }
}
