import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDir } from "../../sandbox/paths.ts";
import { nixEnvironment, removeStore, type NixSandbox } from "../../sandbox/nixCommand.ts";
import { Queue } from "../../src/push/queue.ts";
import { run } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { LocalStore } from "./pushing/store.ts";
import { newFolder, theWorld } from "./world.ts";

/** A store that nobody's hook watches, and a queue. */
class Watched {
    readonly sandbox: NixSandbox;
    readonly store: LocalStore;
    readonly queue: Queue;
    private readonly folder = newFolder("watched");

    constructor(nix: string) {
        const dir = join(this.folder, "nix");
        mkdirSync(dir);
        process.once("exit", () => removeStore(this.folder));
        const bundle = join(this.folder, "bundle.crt");
        writeFileSync(bundle, "");
        this.sandbox = { nix, bundle, dir };
        this.store = new LocalStore(this.sandbox);
        this.queue = new Queue(join(this.folder, "queue"));
    }

    get paths(): string {
        return join(this.store.root, "nix", "store");
    }

    get waiting(): string[] {
        return this.queue
            .list()
            .map(({ path }) => path.slice("/nix/store/".length + 33))
            .sort();
    }

    once(...args: string[]) {
        return run(process.execPath, [PROGRAM, "watch", "--once", ...args], { env: this.env, cwd: "/" });
    }

    start(): ChildProcess {
        const stdio = ["ignore", "pipe", "inherit"] as const;
        return spawn(process.execPath, [PROGRAM, "watch"], { env: this.env, cwd: "/", stdio: [...stdio] });
    }

    async until(names: readonly string[]): Promise<void> {
        for (let n = 0; n < 600; n++) {
            if (names.every((name) => this.waiting.includes(name))) return;
            await sleep(100);
        }
        assert.fail(`${names.join(", ")} did not come; there: ${this.waiting.join(", ")}`);
    }

    private get env(): NodeJS.ProcessEnv {
        const nix = nixEnvironment(this.sandbox);
        return {
            ...nix,
            PATH: `${this.sandbox.nix}:${nix.PATH ?? ""}`,
            NIX_CACHE_QUEUE: join(this.folder, "queue"),
            NIX_CACHE_STORE: this.store.nix.store,
        };
    }
}

const PROGRAM = join(projectDir, "src", "cli", "main.ts");
/** As it stands in a store's folder, and no store knows it. */
const NOT_VALID = "0123456789abcdfghijklmnpqrsvwxyz";

describe("nix-cache watch", function () {
    maySkip(this, "nix");
    this.timeout(600_000);
    let at: Watched;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
    });
    beforeEach(async () => {
        at = new Watched((await theWorld()).tools.nix ?? "");
        await at.store.add([{ name: "before", contents: "before" }]);
        // The clock of a file system may run in steps, so what is younger counts as new.
        await sleep(2_100);
    });

    it("queues what came since it was there the last time, and not what other caches have", async () => {
        assert.equal((await at.once()).status, 0);
        assert.deepEqual(at.waiting, []);
        const before = await at.once();
        assert.deepEqual([before.status, at.waiting], [0, []]);
        const [lib = ""] = await at.store.add([
            { name: "lib", contents: "lib" },
            { name: "public", contents: "public", upstream: true },
            // Called as the lock of a path is.
            { name: "Cargo.lock", contents: "no lock" },
        ]);
        await at.store.add([{ name: "app", contents: "app", references: [lib] }]);
        await at.store.derivation("recipe");
        for (const name of [`${NOT_VALID}-x.lock`, `${NOT_VALID}-x`, ".links2", "tmp-1"])
            writeFileSync(join(at.paths, name), "");
        const { status, stdout, stderr } = await at.once();
        assert.deepEqual([status, stderr], [0, ""]);
        assert.match(stdout, /^queued 3, skipped 1 with an upstream's signature\n$/);
        assert.deepEqual(at.waiting, ["Cargo.lock", "app", "lib"]);
    });

    it("waits for room in the queue, and forgets nothing for want of it", async () => {
        await at.once();
        await at.store.add(["a", "b", "c"].map((name) => ({ name, contents: name })));
        const full = await at.once("--limit", "2");
        assert.equal(full.status, 1);
        assert.match(full.stdout, /^the queue is full \(2\): [12] more paths? waits? for room in it$/m);
        assert.equal(at.waiting.length, 2);
        assert.equal(at.queue.dropped(), 0);
        assert.equal((await at.once()).status, 0);
        assert.ok(["a", "b", "c"].every((name) => at.waiting.includes(name)));
    });

    it("goes on as a service, through a kill and what comes meanwhile; a second one is refused", async () => {
        let service = at.start();
        for (let n = 0; n < 600 && !hasMark(at); n++) await sleep(100);
        await at.store.add([{ name: "one", contents: "one" }]);
        await at.until(["one"]);
        const second = await at.once();
        assert.equal(second.status, 1);
        assert.match(second.stderr, /^nix-cache: another nix-cache watch fills this queue \(.+\)\n$/);
        service.kill("SIGKILL");
        await once(service, "exit");
        await at.store.add([{ name: "two", contents: "two" }]);
        service = at.start();
        await at.until(["one", "two"]);
        await at.store.add([{ name: "three", contents: "three" }]);
        await at.until(["three"]);
        service.kill("SIGTERM");
        const [status] = (await once(service, "exit")) as [number];
        assert.equal(status, 143);
    });

    it("says in one line what it cannot read", async () => {
        rmSync(at.store.root, { recursive: true, force: true });
        const { status, stderr } = await at.once("--store", "local?root=/nonexistent");
        assert.equal(status, 1);
        assert.match(stderr, /^nix-cache: [^\n]+\n$/);
    });
});

function hasMark({ queue }: Watched): boolean {
    try {
        return readFileSync(queue.watch.mark, "utf8").includes("since");
    } catch {
        return false;
    }
}
