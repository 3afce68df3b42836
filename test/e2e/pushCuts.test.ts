import assert from "node:assert/strict";
import { maySkip, skip } from "../skips.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { Cutter, type Cut } from "./pushing/cutter.ts";
import type { Spec } from "./pushing/store.ts";
import { theWorld } from "./world.ts";

/** More turns than a push of three paths needs. */
const MAX_TURNS = 50;

describe("the push service, over a connection that breaks", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let cutter: Cutter | undefined;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("cuts");
        cutter = await Cutter.start(Number(new URL(machine.host.endpoint).port));
    });

    after(() => cutter?.stop());

    for (const how of ["before", "after"] as const satisfies Cut[]) {
        it(`pushes all, wherever it breaks ${how} the server has what was sent`, async () => {
            assert.ok(cutter !== undefined);
            const apps = await closures(machine, how);
            const paths: string[] = [];
            let turn = 1;
            for (; turn < MAX_TURNS; turn++) {
                const app = apps[turn] ?? "";
                machine.queue.add(app, 10);
                cutter.cutAt(turn, how);
                const lines = await machine.push("empty", machine.given(cutter.url));
                assert.match(lines.at(-1) ?? "", /^pushed /, lines.join("\n"));
                assert.deepEqual(machine.queue.list(), []);
                assert.deepEqual(machine.queue.failed(), [], "a broken connection is no path's fault");
                paths.push(app);
                // It was through before it came to this turn.
                if (cutter.cuts === 0) break;
            }
            assert.ok(turn > 10 && turn < MAX_TURNS, `cut at ${turn} turns`);
            const got = await substitute(machine, paths);
            assert.equal(got.length, paths.length * 3);
            assert.ok((await everyNarOutlives(machine)) >= got.length);
            console.log(`      cut at each of ${turn - 1} turns`);
        });
    }
});

/** For each turn three paths that refer to one another. @returns the last of each three */
async function closures(machine: BuildMachine, name: string): Promise<string[]> {
    const each = (make: (n: number) => Spec) =>
        machine.store.add(Array.from({ length: MAX_TURNS }, (_, n) => make(n)));
    const a = await each((n) => ({ name: `a-${name}-${n}`, contents: `${name} ${n}` }));
    const b = await each((n) => {
        const references = [a[n] ?? ""];
        return { name: `b-${name}-${n}`, contents: references.join(" "), references };
    });
    return each((n) => {
        const references = [a[n] ?? "", b[n] ?? ""];
        return { name: `c-${name}-${n}`, contents: references.join(" "), references };
    });
}
