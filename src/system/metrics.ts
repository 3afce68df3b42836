import { UserError } from "../cache/problem.ts";
import { systemErrorWords } from "./systemError.ts";
import { writeWhole } from "./wholeFile.ts";

/** A gauge: its name, what it says, and its value. Default of the labels: none. */
export type Metric = readonly [
    name: string,
    help: string,
    value: number,
    labels?: Readonly<Record<string, string>>,
];

/**
 * Metrics in Prometheus's text format (its documentation, "Exposition formats"),
 * as node_exporter's textfile collector reads them. Series of one name come one after the other.
 */
export function metricsText(metrics: readonly Metric[]): string {
    // A name is told of once, however many series it has: a second time, the collector refuses the file.
    const told = new Set<string>();
    return metrics
        .map(([name, help, value, labels = {}]) => {
            const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
            const series = pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
            const head = told.has(name) ? "" : `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
            told.add(name);
            return `${head}${series} ${value}\n`;
        })
        .join("");
}

/**
 * Writes the file as a whole, readable by everyone: the collector may be another user.
 *
 * @throws UserError, one line, when it cannot be written
 */
export function writeMetrics(file: string, metrics: readonly Metric[]): void {
    try {
        writeWhole(file, metricsText(metrics), 0o644);
    } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(`${file} cannot be written: ${systemErrorWords(error)}`, { cause: error });
    }
}

/** How a run of a command ended, for an alert on failed or missing runs. */
export function runMetrics(command: string, status: number, now: Date): Metric[] {
    const labels = { command };
    return [
        ["nix_cache_run_status", "Exit status of the last run; 0: all is well.", status, labels],
        [
            "nix_cache_run_seconds",
            "When it ended, in seconds since 1970.",
            Math.round(now.getTime() / 1000),
            labels,
        ],
    ];
}
