import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newEntry } from "../../../src/push/entry.ts";
import { report } from "../../../src/push/report.ts";
import { readState } from "../../../src/push/state.ts";
import { argumentsOf } from "../../../src/system/run.ts";
import { madeUp, NIX, Pusher } from "../../standIn/pusher.ts";

const [A, B] = [madeUp(1), madeUp(2)];

/** Waits for something that comes at some time. */
async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(20);
}

describe("the work of the push service", function () {
    this.timeout(120_000);
    let pusher: Pusher;

    beforeEach(async () => {
        pusher = await Pusher.start();
    });
    afterEach(() => pusher.stop());

    it("looks at each of many paths a few times, however many there are", async () => {
        const looks: number[] = [];
        let next = 0;
        for (const many of [50, 200]) {
            for (let n = 0; n < many; n++) pusher.queue.add(madeUp(next++), 10_000);
            const find = pusher.queue.find.bind(pusher.queue);
            let found = 0;
            pusher.queue.find = (name) => (found++, find(name));
            await pusher.work("empty");
            pusher.queue.find = find;
            looks.push(found / many);
        }
        assert.equal(readState(pusher.queue).pushed, 250);
        assert.deepEqual(pusher.queue.list(), []);
        for (const look of looks) assert.ok(look <= 4, `${look} looks at each`);
    });

    it("pushes what is queued while it works, and what was there before", async () => {
        pusher.queue.add(A, 10);
        void pusher.work("watch").catch(() => undefined);
        await until(() => readState(pusher.queue).pushed === 1);
        pusher.queue.add(B, 10);
        await until(() => readState(pusher.queue).pushed === 2);
        assert.deepEqual(pusher.queue.list(), []);
    });

    it("tries each path once with `once`, however short the pauses are", async () => {
        pusher.nix = NIX.knowsNone;
        for (const path of [A, B]) pusher.queue.add(path, 10);
        await pusher.work("once", { backoff: { firstMs: 0.001, longestMs: 0.001 } });
        assert.deepEqual(
            pusher.queue.list().map(({ tries }) => tries),
            [1, 1],
        );
    });

    it("puts aside what is no queued path, says so once, and pushes the rest", async () => {
        pusher.queue.make();
        mkdirSync(join(pusher.queue.own, "waiting", "folder"));
        pusher.queue.add(A, 10);
        assert.deepEqual(await pusher.work("empty"), { givenUp: 0 });
        assert.equal(readState(pusher.queue).pushed, 1);
        assert.equal(pusher.lines.filter((line) => line.includes("is no queued path: moved to")).length, 1);
    });

    it("waits out a fault of this machine, and counts no try for it", async () => {
        pusher.queue.add(A, 10);
        const worker = pusher.worker({ maxTries: 1 });
        // As where a disk with the store is away.
        rmSync(pusher.bin, { recursive: true });
        const { outage } = await worker.work("once");
        assert.match(outage?.message ?? "", /cannot be run/);
        const [entry] = pusher.queue.list();
        assert.deepEqual([entry?.tries, entry?.outages], [0, 1]);
        assert.deepEqual(pusher.queue.failed(), []);
        assert.match(entry?.lastError ?? "", /nix cannot be run: is Nix on PATH\?$/);
        assert.notEqual(readState(pusher.queue).outageSince, undefined);
    });

    it("goes on where it cannot even note what failed, says so once, and notes it when it can", async () => {
        pusher.nix = NIX.knowsNone;
        for (const path of [A, B]) pusher.queue.add(path, 10);
        const worker = pusher.worker({ maxTries: 3 });
        const through = join(dirname(pusher.queue.work), "new");
        renameSync(through, `${through}-away`);
        const work = worker.work("empty");
        await until(() => pusher.lines.filter((line) => line.startsWith("not pushed")).length >= 8);
        assert.deepEqual(pusher.queue.failed(), []);
        renameSync(`${through}-away`, through);
        const { givenUp } = await work;
        assert.equal(givenUp, 2);
        assert.deepEqual(pusher.queue.list(), []);
        assert.equal(pusher.lines.filter((line) => line.startsWith("the queue cannot be written")).length, 1);
        assert.equal(pusher.lines.filter((line) => line === "the queue can be written again").length, 1);
    });

    it("kills a Nix that hangs, with its children, and tries again", async () => {
        const child = join(pusher.folder, "child");
        // The second time it is well.
        pusher.nix = `if [ ! -e '${child}' ]; then trap '' TERM; sleep 1000 & echo $! > '${child}'; wait; sleep 1000; fi; ${NIX.knowsAll}`;
        pusher.queue.add(A, 10);
        const settings = pusher.settings();
        assert.deepEqual(await pusher.work("empty", { nix: { ...settings.nix, patienceMs: 500 } }), {
            givenUp: 0,
        });
        assert.equal(await argumentsOf(Number(readFileSync(child, "utf8"))), undefined);
        const { pushed, nixKilled } = report(pusher.queue, "", 10);
        assert.deepEqual([pushed, nixKilled], [1, 1]);
        assert.match(
            pusher.lines[0] ?? "",
            /: nix path-info did not end within 1 s, and was killed; again in/,
        );
    });

    describe("says of an outage", () => {
        it("that it is over when the server is back, though only paths fail", async () => {
            pusher.cache.mood = "is away";
            pusher.queue.add(A, 10);
            await pusher.work("once");
            const away = readState(pusher.queue);
            assert.notEqual(away.outageSince, undefined);
            assert.equal(away.lastError?.outage, true);
            pusher.cache.mood = "has everything";
            pusher.nix = NIX.knowsNone;
            await pusher.work("once");
            const back = readState(pusher.queue);
            assert.equal(back.outageSince, undefined);
            assert.match(back.lastError?.message ?? "", /is not valid/);
        });

        it("that it goes on when a path fails before the server was asked", async () => {
            for (const mood of ["is away", "refuses"] as const) {
                pusher.cache.mood = mood;
                pusher.nix = NIX.knowsAll;
                pusher.queue.add(A, 10);
                await pusher.work("once");
                const since = readState(pusher.queue).outageSince;
                assert.notEqual(since, undefined);
                pusher.nix = NIX.knowsNone;
                await pusher.work("once");
                assert.equal(readState(pusher.queue).outageSince, since, mood);
            }
        });

        it("nothing after a push, and nothing of a next try that is past", async () => {
            pusher.cache.mood = "is away";
            pusher.queue.add(A, 10);
            const work = pusher.work("empty", { backoff: { firstMs: 50, longestMs: 100 } });
            await until(() => readState(pusher.queue).nextTry !== undefined);
            pusher.cache.mood = "has everything";
            await work;
            const { pushed, outageSince, nextTry, lastError, working } = readState(pusher.queue);
            assert.deepEqual(
                [pushed, outageSince, nextTry, lastError, working],
                [1, undefined, undefined, undefined, undefined],
            );
            pusher.queue.writeState(JSON.stringify({ pushed: 1, nextTry: "2001-01-01T00:00:00.000Z" }));
            assert.equal(report(pusher.queue, "", 10).nextTry, undefined);
        });
    });

    it("reads a queue whose clock was wrong, and waits for no time that only such a clock can have made", async () => {
        pusher.queue.make();
        pusher.queue.update({ ...newEntry(A, new Date()), notBefore: "2099-01-01T00:00:00.000Z" });
        await pusher.work("empty");
        assert.equal(readState(pusher.queue).pushed, 1);
    });
});
