import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { binFolder } from "../../toolchain/pulumiHome.ts";
import { nixCache, shellEnvironment } from "./cli.ts";
import { mc } from "./mc.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

/**
 * Notes what it was asked and is Pulumi then. With a folder in MEET it waits
 * until as many as MEET_COUNT have come, for at most a minute: who asks one
 * after the other never gets an answer.
 */
function recording(pulumi: string, file: string): string {
    return `#!/bin/sh
case "$1" in
stack | config | state) echo "$1 $2" ;;
*) echo "$1" ;;
esac >>'${file}'
if [ -n "$MEET" ]; then
    : >"$MEET/$$"
    tries=0
    while [ "$(ls "$MEET" | wc -l)" -lt "$MEET_COUNT" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ]; then
            echo "error: nobody else has asked meanwhile" >&2
            exit 1
        fi
        sleep 0.1
    done
fi
exec '${pulumi}' "$@"
`;
}

/** What is asked before the engine runs, for `up`. Configuration and outputs the program reads itself. */
const FOR_UP = ["stack --show-name", "stack export", "version"];

/** What `heal` asks, which looks at the server before the engine runs. */
const FOR_HEAL = [...FOR_UP, "config --json", "stack output"];

describe("the processes of Pulumi that a command starts", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let folder: string;
    const file = () => join(folder, "asked");

    /** Runs a command, and says what Pulumi was asked, sorted: which of several is first is chance. */
    const asked = async (args: readonly string[], status: number, together = 0): Promise<string[]> => {
        writeFileSync(file(), "");
        const meet = newFolder("meet");
        const env: Record<string, string> = {
            PATH: [join(folder, "bin"), shellEnvironment(stack).PATH ?? ""].join(delimiter),
            ...(together === 0 ? {} : { MEET: meet, MEET_COUNT: String(together) }),
        };
        const outcome = await nixCache(stack, args, { env });
        assert.equal(outcome.status, status, outcome.stdout + outcome.stderr);
        return readFileSync(file(), "utf8").trim().split("\n").sort();
    };
    const disable = async () => {
        const { status, stderr } = await mc(stack, ["admin", "user", "disable", "server", "asked-one"]);
        assert.equal(status, 0, stderr);
    };

    before(async () => {
        stack = await TestStack.open("asked", { bucket: "asked", builders: ["asked-one"], protect: false });
        folder = newFolder("recording");
        mkdirSync(join(folder, "bin"));
        const program = join(folder, "bin", "pulumi");
        writeFileSync(program, recording(join(binFolder(stack.place.pulumiHome), "pulumi"), file()));
        chmodSync(program, 0o755);
    });

    it("are a preview more for the first up, which looks whose users are on the server", async () => {
        assert.deepEqual(await asked(["up"], 0), [...FOR_UP, "preview", "up"].sort());
    });

    it("are one for each question and the engine's own for up and preview", async () => {
        assert.deepEqual(await asked(["up"], 0), [...FOR_UP, "up"].sort());
        assert.deepEqual(await asked(["preview"], 0), ["preview", "stack --show-name", "version"]);
    });

    it("are two for drift, also where something differs", async () => {
        assert.deepEqual(await asked(["drift"], 0), ["config --json", "stack output"]);
        await disable();
        assert.deepEqual(await asked(["drift"], 3), ["config --json", "stack output"]);
    });

    it("are those of one up for heal, with the state", async () => {
        assert.deepEqual(
            await asked(["heal", "--yes"], 0),
            [
                ...FOR_HEAL,
                // Takes out of the state what is made again: in which backend, and that.
                "whoami",
                "state delete",
                "up",
            ].sort(),
        );
    });

    it("are side by side before the engine runs", async () => {
        await asked(["drift"], 0, 2);
        await asked(["up"], 0, FOR_UP.length);
        await asked(["preview"], 0, 2);
        await asked(["heal", "--yes"], 0, FOR_HEAL.length);
    });
});
