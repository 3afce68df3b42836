import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MAIN, nixCache, shellEnvironment } from "./cli.ts";
import { Bucket } from "./objects.ts";
import { mc } from "./mc.ts";
import { serverState, stateOf } from "./serverState.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

const PASSPHRASE = { NIX_CACHE_BACKUP_PASSPHRASE: "a passphrase that nobody guesses" };

describe("nix-cache preview, up, heal and backup, for people and for programs", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    const admin = () => new Bucket(stack.minio.connection, "runs");
    const json = async (...args: string[]) => {
        const { status, stdout, stderr } = await nixCache(stack, [...args, "--json"], { env: PASSPHRASE });
        return { status, stderr, said: JSON.parse(stdout) as Record<string, unknown> };
    };

    before(async () => {
        stack = await TestStack.open("runs", { bucket: "runs", builders: ["runs-one"] });
    });

    it("preview shows what would be made, makes nothing, and ends with 3", async () => {
        const { status, stdout } = await nixCache(stack, ["preview"]);
        assert.equal(status, 3, stdout);
        assert.match(stdout, /^\+ minio:index:S3Bucket nix-cache-bucket create$/m);
        assert.match(stdout, /\ncreate \d+; to do it: pulumi up .*\n$/);
        assert.equal(await admin().status("HEAD", ""), 404);
    });

    it("up says what it has done, once each, and no secret", async () => {
        const { status, said, stderr } = await json("up");
        assert.equal(status, 0, stderr);
        const done = said.done as string[];
        assert.equal(done.filter((line) => line.includes("S3Bucket nix-cache-bucket created")).length, 1);
        assert.equal(new Set(done).size, done.length);
        assert.equal(await admin().status("HEAD", ""), 200);
        const { secretKey } = await stack.outputs();
        assert.ok(!(JSON.stringify(said) + stderr).includes(String(secretKey)));
    });

    it("preview is quiet then, and ends with 0", async () => {
        const { status, stdout } = await nixCache(stack, ["preview"]);
        assert.equal(status, 0, stdout);
        assert.match(stdout, /\nnothing would be changed\n$/);
    });

    it("preview shows what was changed by hand once, and heal says what it did about it", async () => {
        const disabled = await mc(stack, ["admin", "user", "disable", "server", "runs-one"]);
        assert.equal(disabled.status, 0, disabled.stderr);
        const { status, stdout } = await nixCache(stack, ["preview"]);
        assert.equal(status, 3, stdout);
        assert.equal(stdout.match(/user runs-one: disabled on the server, should be enabled/g)?.length, 1);
        assert.match(stdout, /\nto put back .*: nix-cache heal\nnothing else would be changed\n$/);

        const healed = await json("heal", "--yes");
        assert.equal(healed.status, 0, healed.stderr);
        const { drift, healed: what } = healed.said as {
            drift: boolean;
            healed: { found: { subject: string }[]; done: string[] };
        };
        assert.equal(drift, false);
        assert.deepEqual(
            what.found.map(({ subject }) => subject),
            ["user runs-one"],
        );
        assert.ok(what.done.includes("made IamUser nix-cache-runs-one again"), what.done.join("\n"));
    });

    it("heal refuses what the update would refuse, before it does anything", async () => {
        const { connection } = stack.minio;
        assert.equal((await mc(stack, ["admin", "user", "disable", "server", "runs-one"])).status, 0);
        assert.equal((await mc(stack, ["quota", "set", "server/runs", "--size", "1GiB"])).status, 0);
        await admin().putAged("nar/old.nar", "old", 30);
        const [server, state] = [await serverState(connection, "runs"), stateOf(stack)];
        for (const [config, words] of [
            [
                { expireDays: -1 },
                /^nix-cache: nix-cache:expireDays in Pulumi\.runs\.yaml is -1; it must be .+/,
            ],
            [{ expireDays: 20 }, /^nix-cache: expireDays: 20 takes 1 object .*expireExisting true.*/],
            [{ bucket: "runs-moved" }, /^nix-cache: this stack's cache is in the bucket runs, .*/],
        ] as const) {
            stack.configure(config);
            const { status, stdout, stderr } = await nixCache(stack, ["heal", "--yes"]);
            stack.configure({ expireDays: null, bucket: "runs" });
            assert.equal(status, 1, stdout + stderr);
            assert.match(stderr, words);
            assert.match(stderr, /\. Nothing has been changed\.\n$/);
            assert.equal(stdout, "");
            assert.deepEqual(await serverState(connection, "runs"), server);
            assert.equal(stateOf(stack), state);
        }
        assert.equal((await nixCache(stack, ["heal", "--yes"])).status, 0);
    });

    it("what nobody reads any more: a command that only tells ends without a word, one that heals comes to its end", async () => {
        assert.equal((await mc(stack, ["admin", "user", "disable", "server", "runs-one"])).status, 0);
        assert.deepEqual(await unread(["host", "linux"]), { status: 141, stderr: "" });
        assert.deepEqual(await unread(["drift", "--json"]), { status: 141, stderr: "" });
        assert.deepEqual(await unread(["heal", "--yes"]), { status: 0, stderr: "" });
        assert.equal((await nixCache(stack, ["drift"])).status, 0);
    });

    /** Runs `nix-cache` for a reader that has gone before the first word: `nix-cache … | true`. */
    async function unread(args: readonly string[]): Promise<{ status: number | null; stderr: string }> {
        const child = spawn(process.execPath, [MAIN, ...args], {
            cwd: stack.place.workDir,
            env: shellEnvironment(stack),
            stdio: ["ignore", "pipe", "pipe"],
        });
        child.stdout.destroy();
        let stderr = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
        return { status, stderr };
    }

    it("a lost bucket is made again, and what is lost with it is said", async () => {
        assert.equal((await mc(stack, ["rb", "--force", "server/runs"])).status, 0);
        const preview = await nixCache(stack, ["preview"]);
        assert.match(preview.stdout, /warning: npm run heal puts back what can be/);
        assert.match(preview.stdout, /\nto put back what was changed by hand: nix-cache heal\n/);
        const { status, stdout, stderr } = await nixCache(stack, ["heal", "--yes"]);
        assert.equal(status, 0, stdout + stderr);
        assert.match(stdout, /\nwhat was pushed to the bucket is gone: builders push again/);
    });

    it("a state that was lost is a case for restore, which makes its folder", async () => {
        const folder = newFolder("kept");
        const file = join(folder, "keys.age");
        assert.equal((await nixCache(stack, ["backup", file], { env: PASSPHRASE })).status, 0);
        const before = await stack.outputs();
        rmSync(stack.place.state, { recursive: true });
        for (const [command, end] of [
            [["drift"], "\n"],
            [["heal", "--yes"], ". Nothing has been changed.\n"],
            [["up"], ". Nothing has been changed.\n"],
        ] as const) {
            const { status, stderr } = await nixCache(stack, command);
            assert.equal(status, 1);
            assert.match(stderr, /^nix-cache: .*nix-cache restore FILE --stack NAME(\. .*)?\n$/);
            assert.ok(stderr.endsWith(`NAME${end}`), stderr);
        }
        const restored = await nixCache(stack, ["restore", file, "--stack", "runs"], { env: PASSPHRASE });
        assert.equal(restored.status, 0, restored.stdout + restored.stderr);
        const up = await nixCache(stack, ["up", "--stack", "runs"]);
        assert.equal(up.status, 0, up.stdout + up.stderr);
        assert.equal((await nixCache(stack, ["drift", "--stack", "runs"])).status, 0);
        const after = await stack.outputs();
        for (const name of ["publicKey", "secretKey", "builders"])
            assert.deepEqual(after[name], before[name]);
    });

    it("a backup is where the user was, and makes the one before it make room", async () => {
        const folder = newFolder("here");
        const env = { ...PASSPHRASE, npm_lifecycle_event: "backup", INIT_CWD: folder };
        assert.equal((await nixCache(stack, ["backup", "my keys.age"], { env })).status, 0);
        const same = await nixCache(stack, ["backup", "my keys.age"], { env });
        assert.equal(same.status, 0, same.stderr);
        assert.match(same.stdout, /\nthe one that was there held the same, and was replaced\n/);
        assert.match(same.stdout, /\nto restore it: npm run -s restore -- 'my keys\.age' --stack NEWNAME\n$/);
        assert.deepEqual(readdirSync(folder).sort(), ["my keys.age", "my keys.age.json"]);

        const first = readFileSync(join(folder, "my keys.age"));
        const other = { ...env, NIX_CACHE_BACKUP_PASSPHRASE: "another one" };
        rmSync(join(folder, "my keys.age.json"));
        const { status, stdout, stderr } = await nixCache(stack, ["backup", "my keys.age"], { env: other });
        assert.equal(status, 8, stderr);
        const earlier = /\nthe one that was there before is now (my keys\.age\.\S+Z)\n/.exec(stdout)?.[1];
        assert.deepEqual(readFileSync(join(folder, earlier ?? "")), first);

        const nowhere = await nixCache(stack, ["backup", "none/x.age"], { env });
        assert.equal(nowhere.status, 1);
        assert.match(nowhere.stderr, /^nix-cache: none\/x\.age cannot be written: there is no folder .*\n$/);
        assert.equal(existsSync(join(folder, "none")), false);
    });
});
