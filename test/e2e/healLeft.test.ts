import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startMinio } from "../../sandbox/minio.ts";
import { filesOf, stopMinio } from "../../sandbox/minioProcess.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { Scene } from "./byHand/scene.ts";
import { kept, quiet, seen } from "./byHand/healed.ts";
import { nixCache } from "./cli.ts";
import { unwrapped } from "./unwrapped.ts";
import { objectsOf } from "./serverState.ts";
import { newMinio, theWorld } from "./world.ts";

/** What heal says is left, in its last lines. */
function left(stdout: string): string[] {
    return unwrapped(stdout.split("\nleft:\n")[1] ?? "", 2)
        .trimEnd()
        .split("\n")
        .map((line) => line.trim());
}

/** The commands of the manual's section on such a bucket, without prompts and comments. */
function recipe(): string[] {
    const page = readFileSync(join(projectDir, "docs", "operating.md"), "utf8");
    const section = page.split("## A bucket that was versioned or locked\n")[1] ?? "";
    const block = /```console\n([^`]*)```/.exec(section)?.[1] ?? "";
    return [...block.matchAll(/^ *\$ (.*?)(?: +#.*)?$/gm)].map((match) => match[1] ?? "");
}

const SUSPENDED =
    /^versioning of bucket \S+: suspended on the server, should be never switched on; cannot be undone: .*docs\/operating.md/;

describe("what MinIO cannot undo is said, with what to do; all else is healed", function () {
    this.timeout(1_800_000);

    it("versioning: suspended, and the markers that it leaves are named", async () => {
        const s = await Scene.open("versioned");
        assert.equal(await s.builder(s.one).status("PUT", "nar/x.nar", "nar"), 200);
        await s.mc("version", "enable", s.at);
        await s.mc("anonymous", "set", "none", s.at);
        const before = await objectsOf(s.stack.minio.connection, s.bucket);
        await seen(s, [
            /^versioning of bucket versioned: enabled on the server/,
            /^anonymous access to bucket/,
        ]);

        const healed = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(healed.status, 5, healed.stdout + healed.stderr);
        assert.match(healed.stdout, /\ndone: suspend the bucket's versioning\n/);
        const lines = left(healed.stdout);
        assert.equal(lines.length, 1, healed.stdout);
        assert.match(lines[0] ?? "", SUSPENDED);
        await seen(s, [SUSPENDED], 5);
        await kept(s, before);

        const again = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(again.status, 5);
        assert.match(again.stdout, /\nnothing of this can be undone on MinIO; nothing was changed\n$/);
    });

    it("versioning suspended by hand on a bucket that never had it", async () => {
        const s = await Scene.open("suspended");
        await s.mc("version", "suspend", s.at);
        await seen(s, [SUSPENDED], 5);
        assert.equal((await nixCache(s.stack, ["heal", "--yes"])).status, 5);
        const { exitCode, json } = await asJson(s);
        assert.equal(exitCode, 5);
        assert.equal(json.drift, true);
        assert.deepEqual(
            json.findings.map(({ subject, repairable }) => [subject, repairable]),
            [["versioning of bucket suspended", false]],
        );
    });

    it("object locking: the bucket is the cache again, locked as it is", async () => {
        const s = await Scene.open("locked");
        await s.mc("rb", "--force", s.at);
        await s.mc("mb", "--with-lock", s.at);
        const healed = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(healed.status, 5, healed.stdout + healed.stderr);
        const lines = left(healed.stdout);
        assert.ok(
            lines.some((line) =>
                line.startsWith("object locking of bucket locked: on, should be off; cannot be undone"),
            ),
            healed.stdout,
        );
        assert.ok(
            lines.every((line) => /^(object locking|versioning) of bucket locked/.test(line)),
            healed.stdout,
        );
        assert.equal(await s.builder(s.one).status("PUT", "nar/x.nar", "nar"), 200);
        assert.equal((await nixCache(s.stack, ["drift"])).status, 5);
        assert.equal((await nixCache(s.stack, ["up"])).status, 0);
    });

    for (const [what, bucket, prepare] of [
        ["versioned", "was-versioned", (s: Scene) => s.mc("version", "enable", s.at)],
        [
            "locked",
            "was-locked",
            async (s: Scene) => {
                await s.mc("rb", "--force", s.at);
                await s.mc("mb", "--with-lock", s.at);
                await nixCache(s.stack, ["heal", "--yes"]);
            },
        ],
    ] as const) {
        it(`a bucket that was ${what} is a new one of the same name, with its objects, after the manual's commands`, async () => {
            const s = await Scene.open(bucket);
            await prepare(s);
            for (const text of ["first", "second"])
                assert.equal(await s.builder(s.one).status("PUT", "nar/x.nar", text), 200);
            const before = await objectsOf(s.stack.minio.connection, s.bucket);
            const commands = recipe().map((line) => line.replaceAll("s3/nix-cache", s.at));
            assert.ok(commands.length >= 6);
            for (const command of commands) {
                const [program = "", ...args] = command.split(/ +/);
                if (program === "mc") await s.mc(...args);
                else {
                    assert.equal(command, "npm run heal");
                    const { status, stdout, stderr } = await nixCache(s.stack, ["heal", "--yes"]);
                    assert.equal(status, 0, stdout + stderr);
                }
            }
            await quiet(s);
            const after = await objectsOf(s.stack.minio.connection, s.bucket);
            assert.deepEqual(Object.keys(after).sort(), Object.keys(before).sort());
            assert.equal(await s.builder(s.one).read("nar/x.nar"), "second");
        });
    }

    it("replication: taken away, with the versioning that it needed", async () => {
        const { tools } = await theWorld();
        const first = await newMinio(tools);
        // It copies to a bucket of its own, so it has to trust its own CA.
        cpSync(first.caFile, join(filesOf(first.dir).certs, "CAs", "ca.crt"));
        await stopMinio(first.dir);
        const minio = await startMinio({ binary: tools.minio, dir: first.dir });
        const s = await Scene.open("replicated", {}, minio);
        await s.mc("mb", "server/copies");
        await s.mc("version", "enable", "server/copies");
        await s.mc("version", "enable", s.at);
        const target = new URL(`${minio.connection.url}/copies`);
        target.username = minio.connection.accessKey;
        target.password = minio.connection.secretKey;
        await s.mc("replicate", "add", s.at, "--remote-bucket", target.href, "--priority", "1");
        await seen(s, [
            /^replication of bucket replicated: set on the server/,
            /^replication target of bucket replicated: 127\.0\.0\.1:\d+\/copies on the server, should be none$/,
            /^versioning of bucket/,
        ]);
        const healed = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(healed.status, 5, healed.stdout + healed.stderr);
        assert.match(left(healed.stdout).join("\n"), SUSPENDED);
        assert.equal(left(healed.stdout).length, 1, healed.stdout);
    });
});

interface DriftJson {
    readonly drift: boolean;
    readonly findings: readonly { readonly subject: string; readonly repairable: boolean }[];
}

async function asJson(s: Scene): Promise<{ exitCode: number | null; json: DriftJson }> {
    const { status, stdout } = await nixCache(s.stack, ["drift", "--json"]);
    return { exitCode: status, json: JSON.parse(stdout) as DriftJson };
}
