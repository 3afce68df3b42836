import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Mocha from "mocha";
import { Reporter, summary } from "./reporter.ts";
import { unknownTitles } from "./skips.ts";

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

// What tests have started is ended on exit, so a signal must become one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

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
    const unknown = positionals.length > 0 ? [] : unknownTitles(mocha.suite);
    if (unknown.length > 0)
        throw new Error(`test/skips.ts names tests that do not exist: ${unknown.join("; ")}`);
    mocha.run((failures) => process.exit(failures === 0 ? 0 : 1));
} catch (error) {
    // A file that cannot be loaded leaves nothing to run.
    console.error(error);
    console.log(summary(0, 1, 0));
    process.exit(1);
}

/** What is quick and says most comes first. */
function allFiles(): string[] {
    const here = dirname(fileURLToPath(import.meta.url));
    return ["checks", "unit", "e2e"].flatMap((folder) =>
        readdirSync(join(here, folder))
            .filter((file) => file.endsWith(".test.ts"))
            .sort()
            .map((file) => join(here, folder, file)),
    );
}
