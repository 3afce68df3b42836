import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../../sandbox/paths.ts";
import { run } from "../../../src/system/run.ts";
import { madeUp, NIX, Pusher } from "../../standIn/pusher.ts";

const [A, B] = [madeUp(1), madeUp(2)];

describe("nix-cache push, at a terminal", function () {
    this.timeout(120_000);
    let pusher: Pusher;
    const cli = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
        const program = join(projectDir, "src", "cli", "main.ts");
        const { status, stdout, stderr } = await run(process.execPath, [program, ...args], {
            env: { ...pusher.environment, ...env },
            cwd: pusher.folder,
        });
        return { status, stdout, last: stderr.trimEnd().split("\n").at(-1) ?? "", stderr };
    };

    beforeEach(async () => {
        pusher = await Pusher.start();
    });
    afterEach(() => pusher.stop());

    it("ends with 0, and says nothing on standard error, when all is pushed", async () => {
        pusher.queue.add(A, 10);
        const { status, stderr } = await cli(["push"]);
        assert.deepEqual([status, stderr], [0, ""]);
    });

    it("ends with 4 when the server is away, and says so last", async () => {
        pusher.cache.mood = "is away";
        for (const path of [A, B]) pusher.queue.add(path, 10);
        const { status, last } = await cli(["push", "--once"]);
        assert.equal(status, 4);
        assert.match(last, /^nix-cache: 2 paths were not pushed, and wait: http:\S+ does not answer/);
    });

    it("ends with 1 when a path is left for another try, and says which reason it has", async () => {
        pusher.nix = NIX.knowsNone;
        pusher.queue.add(A, 10);
        const { status, stdout, last } = await cli(["push", "--once"]);
        assert.equal(status, 1);
        assert.match(last, /^nix-cache: 1 path was not pushed, and waits: path '\S+' is not valid$/);
        assert.equal(stdout.split("\n").filter((line) => line.startsWith("not pushed")).length, 1);
    });

    it("ends with 1 when something was given up, and says so, the next time too", async () => {
        pusher.nix = NIX.knowsNone;
        pusher.queue.add(A, 10);
        const given = await cli(["push", "--once", "--max-tries", "1"]);
        assert.equal(given.status, 1);
        assert.match(given.last, /^nix-cache: 1 path was given up: nix-cache queue says why, /);
        pusher.nix = NIX.knowsAll;
        pusher.queue.add(B, 10);
        const again = await cli(["push"]);
        assert.equal(again.status, 1);
        assert.match(again.last, /^nix-cache: 1 path was given up, before now: /);
    });

    for (const [args, reason] of [
        [["--compression", "foo"], /--compression is "foo"; it must be zstd or none$/],
        [["--once", "--watch"], /it is --watch or --once, not both$/],
        [["--max-tries", "0"], /--max-tries is "0"; it must be a whole number from 1$/],
    ] as const) {
        it(`ends with 2 for wrong use: ${args.join(" ")}`, async () => {
            const { status, stderr } = await cli(["push", ...args]);
            assert.equal(status, 2);
            assert.match(stderr.trimEnd(), reason);
        });
    }

    it("says in one line what is wrong with the queue's folder", async () => {
        symlinkSync("nothing", join(pusher.folder, "dangling"));
        writeFileSync(join(pusher.folder, "file"), "");
        for (const command of ["push", "queue"]) {
            for (const [queue, reason] of [
                ["dangling", /a link to what is not there: /],
                ["file", /file is not a folder$/],
            ] as const) {
                const { status, stderr } = await cli([command, "--queue", queue]);
                assert.equal(status, 1);
                assert.match(stderr.trimEnd(), reason);
                assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
            }
        }
    });

    it("runs Nix with surroundings of its own, and files named from where the user is", async () => {
        pusher.cache.mood = "has nothing";
        const seen = join(pusher.folder, "seen");
        pusher.nix = `{ echo "$@"; env; } >> '${seen}'; ${NIX.knowsAll}`;
        pusher.queue.add(A, 10);
        const env = pusher.environment;
        mkdirSync(join(pusher.folder, "keys"));
        writeFileSync(join(pusher.folder, "keys", "k"), readFileSync(join(pusher.folder, "key")));
        const { status } = await cli(["push", "--once", "--signing-key", "keys/k"], {
            ...env,
            NIX_CACHE_HOME: "/theirs",
            XDG_CACHE_HOME: "/theirs",
            XDG_CONFIG_HOME: "/theirs",
            NIX_CONFIG: "secret-key-files = /theirs",
            NIX_USER_CONF_FILES: "/theirs",
            AWS_CONFIG_FILE: "/theirs",
            AWS_PROFILE: "theirs",
            AWS_ACCESS_KEY_ID: "theirs",
            AWS_ENDPOINT_URL: "http://theirs",
            https_proxy: "http://theirs",
            HOME: "/theirs",
            NIX_REMOTE: "daemon",
        });
        const text = readFileSync(seen, "utf8");
        assert.ok(!text.includes("theirs"), text);
        assert.match(text, /^NIX_REMOTE=daemon$/m);
        assert.match(text, /^AWS_CONFIG_FILE=\/dev\/null$/m);
        assert.match(text, /^NIX_CACHE_HOME=\/.*\/work\/push-/m);
        assert.match(String(status), /^1$/, "the key was found: no other fault than that of a made-up path");
    });
});
