import assert from "node:assert/strict";
import {
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { byTurn, newEntry, readEntry, waitMs } from "../../../src/push/entry.ts";
import { Queue } from "../../../src/push/queue.ts";
import { report, reportLines } from "../../../src/push/report.ts";
import { baseName, isStorePath } from "../../../src/cache/storePath.ts";

const A = "/nix/store/00000000000000000000000000000000-a";
const B = "/nix/store/11111111111111111111111111111111-b";
const NOW = new Date("2026-11-22T12:00:00Z");

describe("the queue of pushes", () => {
    let folder: string;
    let queue: Queue;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-queue-"));
        queue = new Queue(folder);
        queue.make();
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("keeps each path once, for whoever opens it next", () => {
        assert.equal(queue.add(A, 10), "queued");
        assert.equal(queue.add(A, 10), "waiting already");
        assert.equal(queue.add(B, 10), "queued");
        const paths = new Queue(folder).list().map(({ path }) => path);
        assert.deepEqual(paths.sort(), [A, B]);
        assert.deepEqual(readdirSync(join(folder, "incoming", "paths")).sort(), [A, B].map(baseName).sort());
    });

    it("drops and counts what finds it full", () => {
        queue.add(A, 1);
        assert.equal(queue.add(B, 1), "dropped");
        assert.equal(queue.add(B, 1), "dropped");
        assert.equal(queue.dropped(), 2);
        assert.equal(queue.add(A, 1), "waiting already", "what waits is not dropped");
        assert.match(
            reportLines(report(queue, folder, 1)).join("\n"),
            /^dropped {2}2 \(the queue was full\)$/m,
        );
    });

    it("moves to the failed what is given up, and back on demand or when it is queued again", () => {
        queue.add(A, 10);
        queue.giveUp({ ...newEntry(A, NOW), tries: 5, lastError: "bad" });
        assert.deepEqual(queue.list(), []);
        assert.deepEqual(
            queue.failed().map(({ path, lastError }) => [path, lastError]),
            [[A, "bad"]],
        );
        assert.equal(queue.retry(NOW), 1);
        assert.deepEqual(queue.list(), [newEntry(A, NOW)]);
        queue.giveUp({ ...newEntry(A, NOW), tries: 5 });
        queue.add(A, 10);
        assert.deepEqual(queue.failed(), []);
    });

    it("removes what was pushed", () => {
        queue.add(A, 10);
        queue.update({ ...newEntry(A, NOW), tries: 1 });
        assert.deepEqual(
            queue.list().map(({ tries }) => tries),
            [1],
            "once, with what is known of it",
        );
        queue.removeAll([newEntry(A, NOW)]);
        assert.deepEqual(queue.list(), []);
    });

    it("is taken over from a version that kept all in one folder", () => {
        const before = (part: string, path: string, entry: object) => {
            mkdirSync(join(folder, part), { recursive: true });
            writeFileSync(join(folder, part, baseName(path)), JSON.stringify(entry));
        };
        before("waiting", A, { ...newEntry(A, NOW), tries: 2, lastError: "bad" });
        before("failed", B, { ...newEntry(B, NOW), tries: 5, lastError: "worse" });
        writeFileSync(join(folder, "dropped"), "...");
        writeFileSync(join(folder, "state.json"), JSON.stringify({ pushed: 7 }));
        const taken = report(queue, folder, 10);
        assert.deepEqual([taken.waiting, taken.failed.length, taken.dropped, taken.pushed], [1, 1, 3, 7]);
        assert.equal(queue.list()[0]?.tries, 2);
        queue.update({ ...newEntry(A, NOW), tries: 3 });
        assert.deepEqual(
            queue.list().map(({ tries }) => tries),
            [3],
        );
        assert.equal(queue.retry(NOW), 1);
        assert.deepEqual(queue.failed(), []);
        for (const entry of queue.list()) queue.removeAll([entry]);
        assert.deepEqual(queue.list(), []);
        assert.deepEqual(readdirSync(join(folder, "waiting")), []);
    });

    it("passes over what is no queued path, and goes on with the rest", () => {
        const waiting = join(folder, "state", "waiting");
        mkdirSync(join(waiting, "folder"));
        mkdirSync(join(waiting, baseName(B)));
        symlinkSync("/etc/hostname", join(folder, "incoming", "paths", baseName(B)));
        writeFileSync(join(waiting, "note.txt"), "");
        queue.add(A, 10);
        assert.deepEqual(
            queue.list().map(({ path }) => path),
            [A],
        );
        assert.equal(report(queue, folder, 10).strange, 4);
        const strange: string[] = [];
        assert.deepEqual([...queue.names((file) => strange.push(file))], [baseName(A)]);
        for (const file of strange) assert.notEqual(queue.setAside(file), undefined);
        assert.equal(report(queue, folder, 10).strange, undefined);
        assert.equal(readdirSync(join(folder, "state", "strange")).length, 4);
    });

    it("loses no path to a file that cannot be read: its name says which it is", () => {
        queue.update(newEntry(A, NOW));
        const file = join(folder, "state", "waiting", baseName(A));
        for (const text of ["", "{", '{"tries":"x","queued":7,"notBefore":"soon"}']) {
            writeFileSync(file, text);
            const [entry] = queue.list();
            assert.equal(entry?.path, A);
            assert.equal(entry.tries, 0);
            assert.equal(entry.notBefore, undefined);
            assert.equal(entry.queued, statSync(file).mtime.toISOString());
        }
    });

    it("holds no secret and can be read by everyone", () => {
        queue.add(A, 10);
        assert.equal(readFileSync(join(folder, "incoming", "paths", baseName(A)), "utf8"), "");
        queue.update(newEntry(A, NOW));
        const file = join(folder, "state", "waiting", baseName(A));
        assert.equal(statSync(file).mode & 0o777, 0o644);
        assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, "utf8")) as object).sort(), [
            "outages",
            "path",
            "queued",
            "tries",
        ]);
    });
});

describe("an entry of the queue", () => {
    const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

    it("comes after those that were not tried, once it has failed", () => {
        const failed = { ...newEntry(A, at(0)), tries: 1, notBefore: at(100).toISOString() };
        const fresh = newEntry(B, at(50));
        assert.deepEqual([failed, fresh].sort(byTurn), [fresh, failed]);
        assert.deepEqual([newEntry(B, at(0)), newEntry(A, at(0))].sort(byTurn)[0]?.path, A);
    });

    it("waits for its time, but not for one that only a wrong clock can have made", () => {
        const entry = { ...newEntry(A, at(0)), notBefore: at(60).toISOString() };
        assert.equal(waitMs(entry, at(0).getTime(), 900_000), 60_000);
        assert.equal(waitMs(entry, at(61).getTime(), 900_000), 0);
        assert.equal(waitMs(entry, at(-3600).getTime(), 900_000), 0);
    });

    it("is written and read as it was", () => {
        const entry = {
            ...newEntry(A, NOW),
            tries: 2,
            outages: 3,
            notBefore: at(5).toISOString(),
            lastError: "x",
        };
        assert.deepEqual(readEntry(baseName(A), JSON.stringify(entry), at(9)), entry);
    });
});

describe("isStorePath", () => {
    for (const [text, expected] of [
        [A, true],
        ["/nix/store/8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt", true],
        [`${A}/bin`, false],
        ["/nix/store/00000000000000000000000000000000", false],
        ["/nix/store/0000000000000000000000000000000e-a", false],
        ["/nix/store/../etc/passwd", false],
        ["relative", false],
        [`${A}\n`, false],
        ["", false],
    ] as const) {
        it(`says of ${JSON.stringify(text)}: ${String(expected)}`, () =>
            assert.equal(isStorePath(text), expected));
    }
});
