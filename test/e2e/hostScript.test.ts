import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { truncateSync, statSync } from "node:fs";
import { maySkip, skip } from "../skips.ts";
import { canMount, completeEtc, runAsRoot } from "../unit/hosts/install/asRoot.ts";
import { endedAnywhere } from "../unit/hosts/install/endedAnywhere.ts";
import { Machine } from "../unit/hosts/install/machine.ts";
import { INCLUDE, newMachine, OWN_CONF } from "../unit/hosts/install/samples.ts";
import { nixCache } from "./cli.ts";
import { mountSmall, unmount } from "./faults/mounts.ts";
import { defaultStack } from "./shared.ts";

/** What the command prints, of a stack that was deployed. */
let printed: Promise<{ reader: string; builder: string }> | undefined;

async function print(): Promise<{ reader: string; builder: string }> {
    const { stack } = await defaultStack();
    const host = async (...args: string[]) => {
        const { status, stdout, stderr } = await nixCache(stack, ["host", "linux", ...args]);
        assert.equal(status, 0, stderr);
        return stdout;
    };
    return { reader: await host(), builder: await host("--builder", "nixbuilder") };
}
const scripts = () => (printed ??= print());

describe("the script that nix-cache host linux prints", function () {
    maySkip(this, "mount");
    this.timeout(1_800_000);

    describe("ended after any of its lines", () => {
        endedAnywhere(async () => ({ old: (await scripts()).reader, now: (await scripts()).builder }));
    });

    it("puts everything into place as root of a machine, and takes it all away", async function () {
        if (!canMount()) skip(this, "mount");
        const { builder } = await scripts();
        const machine = newMachine();
        try {
            completeEtc(machine);
            const before = machine.files();
            const { status, stderr } = runAsRoot(machine, builder);
            assert.deepEqual([status, stderr], [0, ""]);
            assert.equal(machine.files()["etc/nix/nix.conf"], `640 0:0 ${OWN_CONF}${INCLUDE}\n`);
            assert.match(machine.files()["etc/nix-cache/signing-key"] ?? "", /^600 0:0 \S+:\S+\n$/);
            const removed = runAsRoot(machine, builder, ["sh", "-s", "--", "--remove"]);
            assert.deepEqual([removed.status, removed.stderr], [0, ""]);
            assert.deepEqual(machine.files(), before);
        } finally {
            machine.remove();
        }
    });

    it("leaves every file as it was on a disk that becomes full, wherever it does", async function () {
        const { builder } = await scripts();
        const machine = new Machine();
        if (!(await mountSmall(machine.root))) skip(this, "mount");
        try {
            newMachine(machine.root);
            for (const args of [[], ["--remove"]]) {
                const before = machine.files();
                const filler = machine.at("filler");
                spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4096"], { stdio: "ignore" });
                const { size } = statSync(filler);
                let failed = 0;
                for (let pages = 0; ; pages++) {
                    truncateSync(filler, size - 4096 * pages);
                    const { status, stderr } = await machine.run(builder, args);
                    if (status === 0) break;
                    assert.match(
                        stderr,
                        /^install\.sh: .*No space left on device.*; every file is as it was\n$/,
                    );
                    assert.deepEqual(machine.files(), before);
                    failed++;
                }
                assert.ok(failed > 1, `it failed ${failed} times`);
                assert.notDeepEqual(machine.files(), before);
                truncateSync(filler, 0);
            }
        } finally {
            await unmount(machine.root);
            machine.remove();
        }
    });
});
