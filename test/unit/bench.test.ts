import assert from "node:assert/strict";
import { choose } from "../../bench/choice.ts";
import { readOptions } from "../../bench/options.ts";
import { Collector, median, type Results } from "../../bench/results.ts";
import { table } from "../../bench/table.ts";

const TASK = { name: "small", title: "1,001 small paths" };

function results(collector: Collector): Results {
    return {
        date: "2026-11-24T18:00:00.000Z",
        quick: false,
        rounds: 3,
        machine: { cores: `2, ${"a processor with a long name ".repeat(4)}` },
        tasks: collector.tasks,
        missing: [{ name: "niks3 push", why: "niks3 and niks3-server are not on PATH".repeat(3) }],
    };
}

describe("the bench", () => {
    it("takes the middle round, or the mean of the two in the middle", () => {
        assert.equal(median([9, 1, 2]), 2);
        assert.equal(median([9, 1, 2, 4]), 3);
        assert.equal(median([5]), 5);
        assert.ok(Number.isNaN(median([])));
    });

    it("compares with the first of a task, and shows the most memory of any round", () => {
        const collector = new Collector();
        for (const seconds of [2, 4, 3]) collector.add(TASK, "ours", seconds, seconds * 2 ** 20);
        for (const seconds of [6, 6, 1]) collector.add(TASK, "other", seconds);
        const [head, ours, other] = table(results(collector));
        assert.match(head ?? "", /^1,001 small paths +time +ratio +memory$/);
        assert.match(ours ?? "", /^ {2}ours +3\.00 s +1\.00 +4 MiB$/);
        assert.match(other ?? "", /^ {2}other +6\.00 s +2\.00$/);
    });

    it("fits 80 columns", () => {
        const collector = new Collector();
        collector.add(
            { name: "queue", title: "1,000 paths that a hook queued one by one" },
            "a".repeat(50),
            12_345.678,
            2 ** 40,
        );
        const long = table(results(collector)).filter((line) => line.length > 80);
        assert.deepEqual(long, []);
    });

    it("does with --only what it names: tasks, contestants or both", () => {
        const both = choose(["small", "niks3"]);
        assert.deepEqual([both.task("small"), both.task("large")], [true, false]);
        assert.deepEqual([both.who("niks3 push"), both.who("nix-cache push")], [true, false]);
        assert.deepEqual([both.pushes, choose(["renew", "hook"]).pushes], [true, false]);
        const all = choose([]);
        assert.ok(all.pushes);
        assert.ok(all.task("large") && all.who("mc mirror of ready files"));
    });

    it("says in one line what is wrong with an option", () => {
        assert.throws(
            () => choose(["renew", "smal"]),
            /^UserError: --only: there is no task smal; there are small, /,
        );
        assert.throws(
            () => readOptions(["--rounds", "0"]),
            /^UserError: --rounds is "0"; it must be a number from 1 to 999$/,
        );
        assert.throws(() => readOptions(["--fast"]), /Unknown option '--fast'/);
        assert.equal(readOptions(["--quick"]).rounds, 2);
        assert.equal(readOptions([]).rounds, 5);
    });
});
