import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { narinfoKey } from "../../push/storePath.ts";
import { skip } from "../skips.ts";
import { anonymous, Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { theWorld } from "./world.ts";

describe("the push service", function () {
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let cache: Bucket;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("pushes");
        cache = new Bucket(anonymous(machine.stack), "pushes");
    });

    it("pushes a closure, signed, and leaves to other caches what they have", async () => {
        const [glibc = "", lib = ""] = await machine.store.add([
            { name: "glibc", contents: "public", upstream: true },
            { name: "lib", contents: "private" },
        ]);
        const [app = ""] = await machine.store.add([
            { name: "app", contents: `uses ${glibc} ${lib}`, references: [glibc, lib] },
        ]);
        const queued = await machine.cli("enqueue", [], { OUT_PATHS: app });
        assert.deepEqual(queued, { status: 0, stdout: "", stderr: "" });
        assert.equal((await machine.report()).waiting, 1);

        const { status, stdout, stderr } = await machine.cli("push", ["--first-pause", "0.1"]);
        assert.equal(status, 0, stdout + stderr);
        assert.match(stdout, /pushed \S+-app: 2 of 3 uploaded, 1 left to other caches/);
        assert.deepEqual((await substitute(machine, [app])).sort(), [app, lib].sort());
        assert.equal(await cache.status("HEAD", narinfoKey(glibc)), 404);
        assert.equal((await machine.report()).waiting, 0);
        assert.equal((await machine.report()).pushed, 1);
        rmSync(join(machine.queueFolder, "work"), { recursive: true });
        assert.ok((await everyNarOutlives(machine)) >= 2);
    });
});
