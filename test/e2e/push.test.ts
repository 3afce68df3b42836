import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { maySkip, skip } from "../skips.ts";
import { anonymous, Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { theWorld } from "./world.ts";

describe("the push service", function () {
    maySkip(this, "nix");
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
        rmSync(machine.queue.work, { recursive: true });
        assert.ok((await everyNarOutlives(machine)) >= 2);
    });

    it("queues what was built where Nix names the derivation alone", async () => {
        const built = await machine.store.derivation("hooked");
        const queued = await machine.cli("enqueue", [], { OUT_PATHS: "", DRV_PATH: built.drv, ...built.env });
        assert.deepEqual(queued, { status: 0, stdout: "", stderr: "" });
        const [entry, ...others] = machine.queue.list();
        assert.match(entry?.path ?? "", /^\/nix\/store\/[0-9a-z]{32}-hooked$/);
        assert.deepEqual(others, []);
        const unknown = await machine.cli("enqueue", [], {
            OUT_PATHS: "",
            DRV_PATH: `/nix/store/${"0".repeat(32)}-none.drv`,
            ...built.env,
        });
        assert.equal(unknown.status, 0);
        assert.match(unknown.stderr, /^nix-cache: not queued: nix-store does not know the outputs of .*\n$/);
        assert.equal(machine.queue.list().length, 1);
    });
});
