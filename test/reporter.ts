import Mocha from "mocha";
import { reasonToSkip } from "./skips.ts";

const { Base, Spec } = Mocha.reporters;

/** The line after which there is only what a run came to: failures, skipped tests, counts. */
export const RESULTS = "  Results";

/**
 * Mocha's own reporter for terminals, with two differences: a test that was
 * skipped for no reason on the list counts as failed, and the last line is
 * always `N passed, N failed, N skipped`.
 */
export class Reporter extends Spec {
    private readonly skipped = new Map<string, string[]>();
    private readonly refused: string[] = [];

    constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
        super(runner, options);
        runner.on("pending", (test) => {
            const reason = reasonToSkip(test);
            if (reason === undefined) this.refused.push(test.fullTitle());
            else this.skipped.set(reason, [...(this.skipped.get(reason) ?? []), test.fullTitle()]);
        });
    }

    override epilogue(): void {
        const { passes, failures } = this.stats;
        console.log(RESULTS);
        if (this.failures.length > 0) Base.list(this.failures);
        for (const title of this.refused) {
            console.log(
                `  failed, because it was skipped and no suite around it is marked with the reason: ${title}`,
            );
        }
        for (const [reason, titles] of this.skipped) {
            console.log(`  skipped, because ${reason}:`);
            titles.forEach((title) => console.log(`    - ${title}`));
        }
        const skipped = [...this.skipped.values()].flat().length;
        const none = passes + failures + skipped + this.refused.length === 0;
        if (none) console.log("  no test has run");
        console.log(summary(passes, failures + this.refused.length + (none ? 1 : 0), skipped));
    }

    /** What mocha gives to whoever started it: the number that decides about the exit status. */
    override done(failures: number, finish?: (failures: number) => void): void {
        const none = this.stats.passes + this.stats.pending + failures === 0;
        finish?.(failures + this.refused.length + (none ? 1 : 0));
    }
}

/** The last line of every run. */
export function summary(passed: number, failed: number, skipped: number): string {
    return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
