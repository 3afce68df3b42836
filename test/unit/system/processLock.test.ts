import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awaitProcessLock, takeProcessLock, tryProcessLock } from "../../../src/system/processLock.ts";
import { judge, lockRounds } from "./locking/rounds.ts";

const MODULE = new URL("../../../src/system/processLock.ts", import.meta.url).href;
const CONTENDERS = 8;

describe("a lock of one process", function () {
    this.timeout(1_800_000);
    let folder: string;
    let file: string;
    const running: { readonly kill: () => Promise<void> }[] = [];
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-lock-"));
        file = join(folder, "lock");
    });
    afterEach(async () => {
        await Promise.all(running.splice(0).map(({ kill }) => kill()));
        rmSync(folder, { recursive: true });
    });

    /** A process that takes the lock, says so and holds it until it is killed, or says why it is refused. */
    function contend(words = "push") {
        const code = `import("${MODULE}").then((m) => m.takeProcessLock(${JSON.stringify(file)}, (holder) => "held by " + holder)).then(() => { console.log("holds it"); setInterval(() => {}, 1000); }, (error) => console.log(error.message))`;
        const child = spawn(process.execPath, ["-e", code, words], { stdio: ["ignore", "pipe", "inherit"] });
        let said = "";
        const first = new Promise<string>((resolve) => {
            child.stdout.setEncoding("utf8").on("data", (text: string) => {
                said += text;
                if (said.includes("\n")) resolve(said.trim());
            });
            child.on("close", () => resolve(said.trim()));
        });
        const gone = new Promise<void>((resolve) => child.on("close", () => resolve()));
        const contender = { pid: child.pid ?? 0, first, kill: () => (child.kill("SIGKILL"), gone) };
        running.push(contender);
        return contender;
    }

    it("has one holder, whoever contends and whenever they are killed", async function () {
        const rounds = Number(process.env.NIX_CACHE_TEST_ROUNDS ?? 300);
        const found = await lockRounds(folder, rounds, CONTENDERS);
        if (process.env.NIX_CACHE_TEST_ROUNDS !== undefined) console.log(found);
        assert.deepEqual(found.overlaps, []);
        assert.ok(found.rounds >= rounds);
        assert.ok(found.killed > CONTENDERS && found.killedHolders > 0, JSON.stringify(found));
    });

    it("is seen to have two by the very test that says it never has", () => {
        assert.deepEqual(judge("in a\nat a\nout a\nin b\nin c\nout c\n", new Set(["b"])).overlaps, []);
        assert.equal(judge("in a\nin b\nat a\nout b\n", new Set(["a"])).overlaps.length, 1);
        assert.equal(judge("in a\nin b\nout b\n", new Set()).overlaps.length, 1);
    });

    it("is taken by exactly one of eight that come at the same moment, and the others are told by whom", async () => {
        const all = Array.from({ length: CONTENDERS }, () => contend());
        const said = await Promise.all(all.map(({ first }) => first));
        const holder = all[said.indexOf("holds it")];
        assert.ok(holder !== undefined, said.join("; "));
        assert.equal(said.filter((text) => text === `held by process ${holder.pid}`).length, CONTENDERS - 1);
    });

    it("is free the moment its holder is killed, without anybody's help", async () => {
        const holder = contend();
        assert.equal(await holder.first, "holds it");
        await holder.kill();
        assert.equal(readFileSync(file, "utf8").split("\n")[0], String(holder.pid));
        (await takeProcessLock(file, (by) => by)).release();
    });

    it("is free when its number is that of another process now, as in a container or after a restart", async () => {
        const other = contend();
        assert.equal(await other.first, "holds it");
        const old = join(folder, "old");
        // What versions before this one wrote: the number of a process that looks like a push.
        writeFileSync(old, String(other.pid));
        (await takeProcessLock(old, (by) => by)).release();
    });

    it("is held when its holder's number means nothing here: a process of another container", async () => {
        const holder = contend();
        assert.equal(await holder.first, "holds it");
        writeFileSync(file, "4194303\ncontainer\n");
        await assert.rejects(
            takeProcessLock(file, (by) => by),
            { message: "process 4194303 on container" },
        );
        writeFileSync(file, "");
        await assert.rejects(
            takeProcessLock(file, (by) => by),
            /has not said its number/,
        );
        await holder.kill();
    });

    it("is held within one process too", async () => {
        const held = await tryProcessLock(file);
        assert.equal(await tryProcessLock(file), undefined);
        assert.match(await contend().first, /^held by process/);
        held?.release();
        (await takeProcessLock(file, (by) => by)).release();
    });

    it("can be waited for", async () => {
        const holder = contend();
        assert.equal(await holder.first, "holds it");
        const told: string[] = [];
        const held = await awaitProcessLock(file, (by) => {
            told.push(by);
            void holder.kill();
        });
        held.release();
        assert.deepEqual(told, [`process ${holder.pid}`]);
    });

    it("is refused in one line where it cannot be: what is in its place is never touched", async () => {
        const refused = (name: string, message: RegExp) =>
            assert.rejects(
                takeProcessLock(join(folder, name), (by) => by),
                { name: "UserError", message },
            );
        mkdirSync(join(folder, "a.held"));
        await refused("a", /in the place of a lock, and no file: remove it$/);
        writeFileSync(join(folder, "b.held"), "something that somebody wrote");
        await refused("b", /in the place of a lock, and holds something else: remove it$/);
        assert.equal(readFileSync(join(folder, "b.held"), "utf8"), "something that somebody wrote");
        writeFileSync(join(folder, "precious"), "");
        symlinkSync("precious", join(folder, "c.held"));
        await refused("c", /in the place of a lock, and no file: remove it$/);
        await refused("nowhere/d", /cannot be made: there is no such file or folder$/);
        // Where the number would be, something else may be: the lock is as good without it.
        mkdirSync(join(folder, "e"));
        (await takeProcessLock(join(folder, "e"), (by) => by)).release();
    });
});
