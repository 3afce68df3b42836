import { constants } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import Mocha from "mocha";
import { ensureTools } from "../toolchain/tools.ts";
import { sayOn } from "../src/system/progress.ts";
import { allFiles, endToEndLots, quickFiles } from "./files.ts";
import { conclude, isStopped, passSignalsOn, runLots } from "./lots.ts";
import { Reporter, summary } from "./reporter.ts";

/** `npm test`: all tests, or with `-- --grep TEXT`, `--fgrep`, `--invert`, `--bail` or file names some, as mocha has it. */
const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
        grep: { type: "string", short: "g" },
        fgrep: { type: "string", short: "f" },
        invert: { type: "boolean", short: "i" },
        bail: { type: "boolean", short: "b" },
    },
});

/** End-to-end lots: one process waits most of the time, for Pulumi or for a server. */
const LOTS_AT_ONCE = 2;

const options = {
    reporter: Reporter,
    // Long enough for a busy machine: no test measures time.
    timeout: 60_000,
    slow: 10_000,
    forbidOnly: true,
    // New in mocha 12, and not in its types yet: tests whose `before` failed are counted too.
    failHookAffectedTests: true,
    ...values,
};
const mocha = new Mocha(options);
mocha.files = positionals.length > 0 ? positionals.map((file) => resolve(file)) : allFiles();

try {
    await mocha.loadFilesAsync();
} catch (error) {
    // A file that cannot be loaded leaves nothing to run.
    console.error(error);
    console.log(summary(0, 1, 0));
    process.exit(1);
}
if (process.argv.length === 2) process.exit(await runAll());
// What tests have started is ended on exit, so a signal must become one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
mocha.run((failures) => process.exit(failures === 0 ? 0 : 1));

/** What is quick and says most comes first; then the rest. */
async function runAll(): Promise<number> {
    passSignalsOn();
    const quick = await runLots([{ title: "Checks and unit tests", files: quickFiles() }]);
    if (isStopped()) return conclude(quick);
    try {
        // Once, and not in each of the two.
        await ensureTools(sayOn(process.stdout));
    } catch (error) {
        const { message } = error as Error;
        return conclude([...quick, { title: "Tools", text: `  ${message}`, counts: [0, 1, 0] }]);
    }
    return conclude([...quick, ...(await runLots(endToEndLots(), LOTS_AT_ONCE))]);
}
