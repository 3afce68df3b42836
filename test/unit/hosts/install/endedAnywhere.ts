import assert from "node:assert/strict";
import { appendFileSync, cpSync } from "node:fs";
import { Machine, type Ended } from "./machine.ts";
import { INCLUDE, newMachine, OWN_CONF } from "./samples.ts";
import { ticked } from "./ticked.ts";

/** Two scripts for one machine. */
export interface Scripts {
    /** What ran there before. */
    readonly old: string;
    /** What is ended. */
    readonly now: string;
}

/** What is run: on which machine, with which arguments. */
interface Run {
    readonly args: readonly string[];
    readonly prepare: (machine: Machine, scripts: Scripts) => Promise<unknown>;
}

const RUNS: Readonly<Record<string, Run>> = {
    "on a machine that knows nothing of the cache": { args: [], prepare: () => Promise.resolve() },
    "over what an earlier one wrote": { args: [], prepare: (machine, { old }) => machine.run(old) },
    "with --remove": {
        args: ["--remove"],
        prepare: async (machine, { now }) => {
            await machine.run(now);
            appendFileSync(machine.at("etc/nix/nix.conf"), "# behind it\n");
        },
    },
};

/** Declares tests that end the script after each of its lines: by SIGKILL, and by SIGTERM. */
export function endedAnywhere(scripts: () => Promise<Scripts>): void {
    const machines: Machine[] = [];
    let both: Scripts;
    let script = "";
    before(async () => {
        both = await scripts();
        script = ticked(both.now);
    });
    after(() => {
        for (const machine of machines) machine.remove();
    });

    for (const [title, run] of Object.entries(RUNS)) {
        describe(title, () => {
            let earlier: Record<string, string>;
            let wanted: Record<string, string>;
            let original: Machine;
            /** The numbers of the lines after which the files are others than after the line before. */
            let lines: number[];

            before(async () => {
                original = make(newMachine());
                await run.prepare(original, both);
                earlier = original.files();
                const whole = copy();
                const status = await end(whole, 0, "KILL");
                assert.equal(status.status, 0, status.stderr);
                wanted = whole.files();
                assert.notDeepEqual(wanted, earlier);
                assert.deepEqual(whole.leftovers(), []);
                lines = await linesThatChange(copy());
                assert.ok(lines.length > 20, `${lines.length} lines`);
            });

            const make = (machine: Machine) => {
                machines.push(machine);
                return machine;
            };
            const copy = () => {
                const machine = make(new Machine());
                cpSync(original.root, machine.root, {
                    recursive: true,
                    verbatimSymlinks: true,
                    preserveTimestamps: true,
                });
                return machine;
            };
            const end = (machine: Machine, line: number, signal: string): Promise<Ended> =>
                machine.run(script, run.args, { env: { TICK_AT: String(line), TICK_SIGNAL: signal } });

            /** One run that notes at each line what `ls` says of all files. */
            async function linesThatChange(machine: Machine): Promise<number[]> {
                const noted = make(new Machine());
                const watched = script.replace(
                    "n=$((n + 1));",
                    'n=$((n + 1)); printf "%s %s\\n" "$n" "$(ls -lAinR "$DESTDIR/etc" | cksum)" >> "$NOTED";',
                );
                const { status, stderr } = await machine.run(watched, run.args, {
                    env: { TICK_AT: "0", NOTED: noted.at("noted") },
                });
                assert.equal(status, 0, stderr);
                const states = noted.read("noted").trimEnd().split("\n");
                const sum = (line: string | undefined) => line?.split(" ").slice(1).join();
                return states
                    .filter((line, index) => sum(line) !== sum(states[index - 1]))
                    .map((line) => Number(line.split(" ")[0]));
            }

            it("leaves each file as it was or as it is to be when it is killed, and the next run ends it", async () => {
                let between = 0;
                for (const line of lines) {
                    const machine = copy();
                    assert.equal((await end(machine, line, "KILL")).status, null);
                    const found = machine.files();
                    for (const path of new Set([...Object.keys(earlier), ...Object.keys(wanted)])) {
                        const either = found[path] === earlier[path] || found[path] === wanted[path];
                        assert.ok(either, `line ${line}: ${path} is ${found[path] ?? "gone"}`);
                    }
                    assert.deepEqual(
                        Object.keys(found).filter((path) => !(path in earlier) && !(path in wanted)),
                        [],
                    );
                    mustFit(found, line);
                    if (JSON.stringify(found) !== JSON.stringify(earlier)) between++;
                    const again = await end(machine, 0, "KILL");
                    assert.equal(again.status, 0, again.stderr);
                    assert.deepEqual(machine.files(), wanted, `line ${line}`);
                    assert.deepEqual(machine.leftovers(), [], `line ${line}`);
                    machine.remove();
                }
                assert.ok(between > 3, "it was never killed in the middle");
            });

            it("leaves every file as it was when it is told to end, and says so in one line", async () => {
                let said = 0;
                for (const line of lines) {
                    const machine = copy();
                    const { status, stderr } = await end(machine, line, "TERM");
                    if (status === 0 || JSON.stringify(machine.files()) === JSON.stringify(wanted)) {
                        assert.deepEqual(machine.files(), wanted, `line ${line}`);
                        if (status !== 0)
                            assert.match(
                                stderr,
                                /^install\.sh: it was stopped; the files are .*: restart it\n$/,
                            );
                    } else {
                        assert.deepEqual(machine.files(), earlier, `line ${line}`);
                        if (stderr !== "") {
                            assert.equal(stderr, "install.sh: it was stopped; every file is as it was\n");
                            said++;
                        }
                    }
                    assert.deepEqual(machine.leftovers(), [], `line ${line}`);
                    machine.remove();
                }
                assert.ok(said > 10, `${said} times`);
            });
        });
    }
}

/** What is named by a file that counts must be there. */
function mustFit(files: Record<string, string>, line: number): void {
    const conf = files["etc/nix-cache/nix.conf"] ?? "";
    const dropIn = files["etc/systemd/system/nix-daemon.service.d/nix-cache.conf"] ?? "";
    const bundle = files["etc/nix-cache/ca-bundle.crt"];
    if ((conf + dropIn).includes("ca-bundle.crt")) assert.ok(bundle !== undefined, `line ${line}: no bundle`);
    const own = files["etc/nix/nix.conf"] ?? "";
    assert.ok(own.includes(OWN_CONF), `line ${line}: nix.conf is cut`);
    if (own.includes(INCLUDE)) assert.notEqual(conf, "", `line ${line}: nothing to include`);
}
