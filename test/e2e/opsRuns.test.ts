import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nixCache } from "./cli.ts";
import { Bucket } from "./objects.ts";
import { mc } from "./mc.ts";
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
        assert.equal(stdout.match(/RandomUuid drift/g)?.length, 1, stdout);

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

    it("a backup is where the user was, and makes the one before it make room", async () => {
        const folder = newFolder("here");
        const env = { ...PASSPHRASE, npm_lifecycle_event: "backup", INIT_CWD: folder };
        assert.equal((await nixCache(stack, ["backup", "my keys.age"], { env })).status, 0);
        const first = readFileSync(join(folder, "my keys.age"));
        const { status, stdout } = await nixCache(stack, ["backup", "my keys.age"], { env });
        assert.equal(status, 0);
        assert.match(stdout, /\nthe one that was there before is now my keys\.age\.previous\n/);
        assert.match(stdout, /\nto restore it: npm run restore -- 'my keys\.age' --stack NEWNAME\n$/);
        assert.deepEqual(readFileSync(join(folder, "my keys.age.previous")), first);

        const nowhere = await nixCache(stack, ["backup", "none/x.age"], { env });
        assert.equal(nowhere.status, 1);
        assert.match(
            nowhere.stderr,
            /^nix-cache: none\/x\.age cannot be written \(there is no folder .*\)\n$/,
        );
        assert.equal(existsSync(join(folder, "none")), false);
    });
});
