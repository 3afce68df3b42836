import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { HostRollout } from "../../../../components/hostRollout.ts";
import { maySkip, skip } from "../../../skips.ts";
import { hostConfig } from "../samples.ts";
import { canMount, completeEtc, runAsRoot } from "./asRoot.ts";
import type { Machine } from "./machine.ts";
import { builderScript, INCLUDE, newMachine, OWN_CONF } from "./samples.ts";
import { record } from "../../components/recorded.ts";

const SCRIPT = builderScript("secret");
const NOBODY = 65_534;

describe("the script for Linux, as root of a machine", function () {
    maySkip(this, "mount");
    this.timeout(120_000);
    let machine: Machine;

    before(function () {
        if (!canMount()) skip(this, "mount");
    });
    beforeEach(() => {
        machine = newMachine();
        completeEtc(machine);
    });
    afterEach(() => {
        machine.remove();
    });

    const succeeds = ({ status, stderr }: { status: number | null; stderr: string }) => {
        assert.deepEqual([status, stderr], [0, ""]);
        assert.deepEqual(machine.leftovers(), []);
    };

    it("puts everything into place, and takes it all away", () => {
        const before = machine.files();
        succeeds(runAsRoot(machine, SCRIPT));
        assert.equal(machine.files()["etc/nix/nix.conf"], `640 0:0 ${OWN_CONF}${INCLUDE}\n`);
        assert.match(machine.files()["etc/nix-cache/credentials"] ?? "", /^600 0:0 /);
        succeeds(runAsRoot(machine, SCRIPT, ["sh", "-s", "--", "--remove"]));
        assert.deepEqual(machine.files(), before);
        assert.ok(!existsSync(machine.at("etc/nix-cache")));
    });

    for (const [what, prepare] of [
        ["is another user's", () => chownSync(machine.at("etc/nix-cache"), NOBODY, NOBODY)],
        ["others may write", () => chmodSync(machine.at("etc/nix-cache"), 0o777)],
        [
            "a group may write",
            () => {
                chownSync(machine.at("etc/nix-cache"), 0, NOBODY);
                chmodSync(machine.at("etc/nix-cache"), 0o775);
            },
        ],
        [
            "lies below another user's",
            () => {
                mkdirSync(machine.at("etc/theirs/nix-cache"), { recursive: true });
                chownSync(machine.at("etc/theirs"), NOBODY, NOBODY);
                rmdirSync(machine.at("etc/nix-cache"));
                symlinkSync("theirs/nix-cache", machine.at("etc/nix-cache"));
            },
        ],
    ] as const) {
        it(`writes nothing into a folder that ${what}, which could hold links by then`, () => {
            mkdirSync(machine.at("etc/nix-cache"));
            prepare();
            const before = machine.files();
            for (const args of [[], ["--remove"]]) {
                const { status, stderr } = runAsRoot(machine, SCRIPT, ["sh", "-s", "--", ...args]);
                assert.equal(status, 1);
                assert.match(
                    stderr,
                    /^install\.sh: others than root can change \/etc\/\S+, so nothing was changed: chown 0:0 /,
                );
                assert.deepEqual(machine.files(), before);
            }
        });
    }

    it("is brought by the stack, taken over under another name, and taken away by the last one alone", async () => {
        const { resources } = await record((opts) => {
            for (const name of ["it's-one", "two"])
                new HostRollout(
                    name,
                    { host: { name, address: "192.0.2.1" }, privateKey: "key", hostConfig: hostConfig() },
                    opts,
                );
            return {};
        });
        const command = (name: string, what: "create" | "update" | "delete") => [
            "sh",
            "-c",
            String(resources[`command:Command ${name}`]?.inputs[what]),
        ];
        const before = machine.files();
        succeeds(runAsRoot(machine, SCRIPT, command("it's-one", "create")));
        succeeds(runAsRoot(machine, SCRIPT, command("it's-one", "update")));
        succeeds(runAsRoot(machine, SCRIPT, command("two", "create")));
        const installed = machine.files();
        assert.match(installed["etc/nix-cache/rolled-out-by"] ?? "", /^644 0:0 \S+\/two\n$/);
        succeeds(runAsRoot(machine, SCRIPT, command("it's-one", "delete")));
        assert.deepEqual(machine.files(), installed);
        succeeds(runAsRoot(machine, SCRIPT, command("two", "delete")));
        assert.deepEqual(machine.files(), before);
        succeeds(runAsRoot(machine, SCRIPT, command("two", "delete")));
    });

    it("notes whose files they are together with the files, or not at all", () => {
        const { status } = runAsRoot(machine, SCRIPT, ["sh", "-s", "--", "--owner", "one"]);
        assert.equal(status, 0);
        const before = machine.files();
        // The last of all files: it cannot be replaced by a file.
        rmSync(machine.at("etc/nix-cache/rolled-out-by"));
        mkdirSync(machine.at("etc/nix-cache/rolled-out-by"));
        delete before["etc/nix-cache/rolled-out-by"];
        const failed = runAsRoot(machine, builderScript("other"), ["sh", "-s", "--", "--owner", "two"]);
        assert.equal(failed.status, 1);
        assert.match(failed.stderr, /rolled-out-by is a folder; every file is as it was\n$/);
        assert.deepEqual(machine.files(), before);
    });
});
