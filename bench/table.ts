import { median, type Results, type Row, type Task } from "./results.ts";

/** The results for a person: at most 80 columns. */
export function table(results: Results): string[] {
    const { machine, rounds, missing } = results;
    return [
        ...results.tasks.flatMap((task) => [...block(task), ""]),
        `Medians of ${rounds} ${rounds === 1 ? "round" : "rounds"}${results.quick ? ", small sizes (--quick)" : ""}, ${results.date.slice(0, 10)}.`,
        ...Object.entries(machine).map(([name, value]) => `  ${name.padEnd(12)} ${value}`.slice(0, 80)),
        ...missing.map(({ name, why }) => `  not run: ${name}: ${why}`.slice(0, 80)),
    ];
}

function block({ title, rows }: Task): string[] {
    const [first] = rows;
    const base = first === undefined ? NaN : median(first.seconds);
    const head = `${title.padEnd(50)}${"time".padStart(10)}${"ratio".padStart(8)}${"memory".padStart(12)}`;
    return [head, ...rows.flatMap((row) => [line(row, base), ...serverLine(row)])];
}

function line({ who, seconds, peak }: Row, base: number): string {
    const own = median(seconds);
    const memory = peak === 0 ? "" : `${Math.round(peak / 2 ** 20)} MiB`;
    const columns = [time(own).padStart(10), (own / base).toFixed(2).padStart(8), memory.padStart(12)];
    return `  ${who.slice(0, 47).padEnd(48)}${columns.join("")}`.trimEnd();
}

/** What the server did for it, where somebody looked. */
function serverLine({ server = [] }: Row): string[] {
    if (server.length === 0) return [];
    const requests = Math.round(median(server.map((one) => one.requests))).toLocaleString("en");
    const written = server.flatMap((one) => one.written ?? []);
    const mib = (median(written) / 2 ** 20).toFixed(1);
    return [`    ${requests} requests${written.length === 0 ? "" : `, ${mib} MiB written to the disk`}`];
}

/** Seconds with two digits after the point, below a tenth milliseconds. */
function time(seconds: number): string {
    return seconds < 0.1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}
