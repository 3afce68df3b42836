import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { startMinio, type Minio } from "../../sandbox/minio.ts";
import { filesOf, stopMinio } from "../../sandbox/minioProcess.ts";
import { quiet, seen } from "./byHand/healed.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { newMinio, theWorld } from "./world.ts";

describe("a server that has lost its disk", function () {
    this.timeout(1_800_000);
    let minio: Minio & { readonly dir: string };
    let s: Scene;

    before(async () => {
        minio = await newMinio((await theWorld()).tools);
        s = await Scene.open("wiped", {}, minio);
        await stopMinio(minio.dir);
        rmSync(filesOf(minio.dir).data, { recursive: true });
        const again = await startMinio({ binary: (await theWorld()).tools.minio, dir: minio.dir });
        assert.equal(again.address, minio.address);
    });

    it("is seen as what it is: nothing is there", () =>
        seen(s, [
            "bucket wiped: missing on the server, with all that it held, should be there",
            "policy wiped-write: missing on the server, should be there",
            "user wiped-one: missing on the server, should be there",
            "user wiped-two: missing on the server, should be there",
        ]));

    it("is healed with the same keys and secrets", async () => {
        const healed = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(healed.status, 0, healed.stdout + healed.stderr);
        await quiet(s);
        for (const name of [s.one, s.two])
            assert.equal(await s.builder(name).status("PUT", "nar/x.nar", "nar"), 200);
    });
});
