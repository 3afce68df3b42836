import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startMinio } from "../../sandbox/minio.ts";
import { filesOf, stopMinio } from "../../sandbox/minioProcess.ts";
import { maySkip, skip } from "../skips.ts";
import { quiet, seen } from "./byHand/healed.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { mountSmall, readOnly, unmount } from "./faults/mounts.ts";
import { serverState } from "./serverState.ts";
import { newFolder, newMinio, theWorld } from "./world.ts";

describe("a state backend that cannot be written", function () {
    maySkip(this, "mount");
    this.timeout(1_800_000);
    let s: Scene;

    before(async () => {
        s = await Scene.open("unwritable");
    });

    it("is said in one line where it is not there at all", async () => {
        const file = join(newFolder("no-backend"), "file");
        writeFileSync(file, "");
        for (const command of [["up"], ["drift"], ["heal", "--yes"]]) {
            const env = { PULUMI_BACKEND_URL: `file://${file}` };
            const { status, stderr } = await nixCache(s.stack, command, { env });
            assert.equal(status, 1, command.join(" "));
            assert.match(stderr, /^nix-cache: \S.*\n$/);
        }
    });

    it("keeps heal from changing anything on the server; the same command heals once it can be written", async function () {
        await s.mc("admin", "user", "disable", "server", s.one);
        await s.mc("rm", `${s.at}/nix-cache-info`);
        const before = await serverState(s.stack.minio.connection, s.bucket);
        const mounted = await readOnly(s.stack.place.state);
        if (!mounted) skip(this, "mount");
        try {
            const { status, stdout, stderr } = await nixCache(s.stack, ["heal", "--yes"]);
            assert.equal(status, 1, stdout + stderr);
            assert.match(stderr, /^nix-cache: .*read-only file system.*\n$/);
            assert.deepEqual(await serverState(s.stack.minio.connection, s.bucket), before);
        } finally {
            await unmount(s.stack.place.state);
        }
        const healed = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(healed.status, 0, healed.stdout + healed.stderr);
        await quiet(s);
    });
});

describe("a server whose disk is full", function () {
    maySkip(this, "mount");
    this.timeout(1_800_000);

    it("ends heal with what it said, and the same command heals once there is room", async function () {
        const { tools } = await theWorld();
        const minio = await newMinio(tools);
        await stopMinio(minio.dir);
        const { data } = filesOf(minio.dir);
        rmSync(data, { recursive: true });
        mkdirSync(data);
        if (!(await mountSmall(data))) skip(this, "mount");
        try {
            await startMinio({ binary: tools.minio, dir: minio.dir });
            const s = await Scene.open("full", {}, minio);
            await s.mc("admin", "user", "rm", "server", s.two);
            await s.mc("rm", `${s.at}/nix-cache-info`);
            const filler = join(data, "filler");
            fill(filler);
            await seen(s, [
                "object nix-cache-info: missing on the server, should be there",
                `user ${s.two}: missing on the server, should be there`,
            ]);
            const failed = await nixCache(s.stack, ["heal", "--yes"]);
            assert.notEqual(failed.status, 0, failed.stdout);
            assert.match(failed.stderr, /^nix-cache: .*\n$/);
            rmSync(filler);
            const healed = await nixCache(s.stack, ["heal", "--yes"]);
            assert.equal(healed.status, 0, healed.stdout + healed.stderr);
            await quiet(s);
        } finally {
            await stopMinio(minio.dir);
            await unmount(data);
        }
    });
});

/** Writes until there is no room. */
function fill(file: string): void {
    for (let size = 1 << 20; size >= 1 << 10; size >>= 1) {
        const part = Buffer.alloc(size, 1);
        try {
            for (;;) writeFileSync(file, part, { flag: "a" });
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        }
    }
}
