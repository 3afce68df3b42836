import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pastDeadLock } from "../../../src/engine/deadLock.ts";
import { noteEngine } from "../../../src/engine/engineRecords.ts";
import { locksIn } from "../../../src/engine/lockHolders.ts";
import { PulumiError } from "../../../src/engine/pulumi.ts";

describe("a lock of a Pulumi", () => {
    let folder: string;
    let cacheHome: string | undefined;
    const children: ChildProcess[] = [];
    const target = { folder: "", stack: "t" };
    const lockFile = (name: string) => join(folder, "my state", ".pulumi", "locks", `${name}.json`);
    const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

    interface Lock {
        readonly pid: number;
        readonly host?: string;
        readonly at?: string;
        readonly scheme?: string;
    }

    /** What Pulumi says where it stops at locks. */
    function lockedBy(names: readonly string[], { pid, host = hostname(), at = now(), scheme }: Lock) {
        const lines = names.map((name) => {
            const url =
                scheme === undefined ? pathToFileURL(lockFile(name)).href : `${scheme}://bucket/${name}`;
            return `\n  ${url}?no_tmp_dir=true: created by me@${host} (pid ${pid}) at ${at}`;
        });
        return new PulumiError(
            `error: the stack is currently locked by ${names.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.${lines.join("")}`,
        );
    }

    /** An engine of ours: noted when it was started. */
    function engine(): { readonly pid: number; readonly kill: () => Promise<void> } {
        // /proc shows this name, which is what tells a Pulumi that nobody has noted.
        const child = spawn("sleep", ["60"], { argv0: "pulumi", stdio: "ignore" });
        children.push(child);
        assert.ok(child.pid !== undefined);
        noteEngine(child.pid);
        return {
            pid: child.pid,
            kill: async () => {
                child.kill("SIGKILL");
                await once(child, "exit");
            },
        };
    }

    async function deadEngine(): Promise<number> {
        const { pid, kill } = engine();
        await kill();
        return pid;
    }

    /** Changes the notes of engines, as if they had been made in other surroundings. */
    function rewriteNotes(change: (engine: Record<string, unknown>) => Record<string, unknown>): void {
        const notes = join(folder, "pulumi-nix-cache", "engines");
        for (const name of readdirSync(notes)) {
            const file = join(notes, name);
            const note = JSON.parse(readFileSync(file, "utf8")) as { engine: Record<string, unknown> };
            writeFileSync(file, JSON.stringify({ ...note, engine: change(note.engine) }));
        }
    }

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "lock-[x]-"));
        cacheHome = process.env.XDG_CACHE_HOME;
        process.env.XDG_CACHE_HOME = folder;
        mkdirSync(join(folder, "my state", ".pulumi", "locks"), { recursive: true });
        for (const name of ["dead", "dead2", "alive"]) {
            writeFileSync(lockFile(name), "{}");
            writeFileSync(`${lockFile(name)}.attrs`, "{}");
        }
    });
    afterEach(() => {
        children.splice(0).forEach((child) => child.kill("SIGKILL"));
        if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
        else process.env.XDG_CACHE_HOME = cacheHome;
        rmSync(folder, { recursive: true });
    });

    it("that we have started and that was killed is removed, and no other that was made meanwhile", async () => {
        const pid = await deadEngine();
        let tries = 0;
        const done = await pastDeadLock(target, () => {
            if (++tries === 1) throw lockedBy(["dead", "dead2"], { pid });
            return Promise.resolve("done");
        });
        assert.equal(done, "done");
        assert.equal(tries, 2);
        const files = ["dead", "dead2", "alive"].map(lockFile);
        assert.deepEqual([...files, ...files.map((file) => `${file}.attrs`)].map(existsSync), [
            false,
            false,
            true,
            false,
            false,
            true,
        ]);
    });

    const UNSURE =
        /^UserError: Pulumi of me@\S+ \(process \d+\) has locked the stack since \d{4}-\S+Z, and whether that still runs cannot be told from here; wait for it, or, if it is gone: pulumi cancel --yes --stack 't'$/;

    for (const [what, lock] of [
        // A container that shares the state may have this machine's name, and other processes.
        ["that nobody has noted, though no process has its number,", () => ({ pid: spawnSync("true").pid })],
        ["of another machine", async () => ({ pid: await deadEngine(), host: "elsewhere" })],
        [
            "that is older than what had its number here",
            async () => ({ pid: await deadEngine(), at: "2026-01-01T00:00:00Z" }),
        ],
        [
            "that is much younger than what had its number here",
            async () => {
                const pid = await deadEngine();
                return { pid, at: new Date(Date.now() + 3_600_000).toISOString() };
            },
        ],
        [
            "in another namespace of processes of this boot",
            async () => {
                const pid = await deadEngine();
                rewriteNotes((noted) => ({ ...noted, namespace: "pid:[4026532999]" }));
                return { pid };
            },
        ],
        [
            "of another boot, on a machine that cannot be told apart",
            async () => {
                const pid = await deadEngine();
                rewriteNotes((noted) => ({ ...noted, boot: "another", machine: "" }));
                return { pid };
            },
        ],
        [
            "of another boot, in a container",
            async () => {
                const pid = await deadEngine();
                rewriteNotes((noted) => ({ ...noted, boot: "another", namespace: "pid:[4026532999]" }));
                return { pid };
            },
        ],
        ["on a backend where all locks would go", async () => ({ pid: await deadEngine(), scheme: "s3" })],
    ] as const) {
        it(`${what} stays, and the command is named that removes it`, async () => {
            const held = lockedBy(["dead"], await lock());
            await assert.rejects(
                pastDeadLock(target, () => Promise.reject(held)),
                UNSURE,
            );
            assert.ok(existsSync(lockFile("dead")));
        });
    }

    it("stays while the process runs that we have noted", async () => {
        const { pid } = engine();
        await assert.rejects(
            pastDeadLock(target, () => Promise.reject(lockedBy(["alive"], { pid }))),
            /^UserError: the stack is in use: Pulumi of me@\S+ \(process \d+\) works on it; wait for it, and run this again$/,
        );
        assert.ok(existsSync(lockFile("alive")));
    });

    it("stays while a Pulumi of its number runs that nobody has noted", async () => {
        const { pid } = spawn("sleep", ["60"], { argv0: "pulumi", stdio: "ignore" }).on(
            "spawn",
            () => undefined,
        );
        try {
            await assert.rejects(
                pastDeadLock(target, () => Promise.reject(lockedBy(["alive"], { pid: pid ?? 0 }))),
                /the stack is in use: .*; wait for it, and run this again$/,
            );
            assert.ok(existsSync(lockFile("alive")));
        } finally {
            if (pid !== undefined) process.kill(pid, "SIGKILL");
        }
    });

    it("is removed where another program has its number by now", async () => {
        const { pid } = engine();
        rewriteNotes((noted) => ({ ...noted, started: "1" }));
        let tries = 0;
        await pastDeadLock(target, () =>
            ++tries === 1 ? Promise.reject(lockedBy(["dead"], { pid })) : Promise.resolve(),
        );
        assert.ok(!existsSync(lockFile("dead")));
    });

    it("is waited for where a command wants to, and gone when that has ended", async () => {
        const { pid, kill } = engine();
        let tries = 0;
        const work = pastDeadLock(
            target,
            () =>
                existsSync(lockFile("dead"))
                    ? Promise.reject(lockedBy(["dead"], { pid }))
                    : Promise.resolve(++tries),
            { waitSeconds: 30 },
        );
        await kill();
        assert.equal(await work, 1);
    });

    it("is looked for again after one was removed: another run may have the stack then", async () => {
        const { pid } = engine();
        const errors = [lockedBy(["dead"], { pid: await deadEngine() }), lockedBy(["alive"], { pid })];
        await assert.rejects(
            pastDeadLock(target, () => Promise.reject(errors.shift() ?? new Error("asked too often"))),
            /^UserError: the stack is in use/,
        );
        assert.deepEqual([existsSync(lockFile("dead")), existsSync(lockFile("alive"))], [false, true]);
    });

    it("is no other error", async () => {
        await assert.rejects(
            pastDeadLock(target, () => Promise.reject(new PulumiError("error: no"))),
            /^PulumiError: no$/,
        );
    });

    it("is never another file, whatever is called a lock", async () => {
        const file = join(folder, "key.json");
        writeFileSync(file, "precious");
        const said = `error: the stack is currently locked\n  ${pathToFileURL(file).href}: created by me@${hostname()} (pid ${await deadEngine()}) at ${now()}`;
        await assert.rejects(
            pastDeadLock(target, () => Promise.reject(new PulumiError(said))),
            /^UserError: \S+key\.json is no lock of Pulumi's, and was left as it is$/,
        );
        assert.equal(readFileSync(file, "utf8"), "precious");
    });

    it("is not made of a name with a line end in it", () => {
        const locks = join(folder, ".pulumi", "locks", "organization", "p", "t");
        mkdirSync(locks, { recursive: true });
        const username = "me\nfile:///home/me/.ssh/id.json: created by me";
        const lock = { pid: 7, username, hostname: "here", timestamp: now() };
        writeFileSync(join(locks, "1.json"), JSON.stringify(lock));
        assert.equal(locksIn(folder, "p", "t"), undefined);
    });

    it("is seen before the state is read, as Pulumi would say it", () => {
        const locks = join(folder, ".pulumi", "locks", "organization", "p", "t");
        assert.equal(locksIn(folder, "p", "t"), undefined);
        mkdirSync(locks, { recursive: true });
        assert.equal(locksIn(folder, "p", "t"), undefined);
        const lock = { pid: 7, username: "me", hostname: "here", timestamp: "2026-11-24T10:00:00.123+01:00" };
        writeFileSync(join(locks, "1.json"), JSON.stringify(lock));
        writeFileSync(join(locks, "1.json.attrs"), "{}");
        writeFileSync(join(locks, "2.json"), "");
        assert.equal(
            locksIn(folder, "p", "org/p/t"),
            `error: the stack is currently locked\n${pathToFileURL(join(locks, "1.json")).href}: created by me@here (pid 7) at ${lock.timestamp}`,
        );
    });
});
