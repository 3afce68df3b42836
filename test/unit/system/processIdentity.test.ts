import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded, identityOf, INITIAL } from "../../../src/system/processIdentity.ts";

describe("whether a process has ended", () => {
    const here = { machine: "m", boot: "b", namespace: INITIAL };
    const container = "pid:[4026532999]";
    const gone = { ...here, pid: spawnSync("true").pid, started: "1" };

    for (const [what, one, from, expected] of [
        ["it has", gone, here, true],
        ["its number is another's by now", { ...gone, pid: process.pid }, here, true],
        [
            "both are in one container",
            { ...gone, namespace: container },
            { ...here, namespace: container },
            true,
        ],
        ["the machine was restarted", { ...gone, boot: "earlier" }, here, true],
        ["another machine was", { ...gone, boot: "earlier", machine: "other" }, here, undefined],
        [
            "no machine has an id",
            { ...gone, boot: "earlier", machine: "" },
            { ...here, machine: "" },
            undefined,
        ],
        [
            "it was in a container of an earlier boot",
            { ...gone, boot: "earlier", namespace: container },
            here,
            undefined,
        ],
        [
            "an earlier boot is asked about in a container",
            { ...gone, boot: "earlier" },
            { ...here, namespace: container },
            undefined,
        ],
        ["it is in a container, and this is not", { ...gone, namespace: container }, here, undefined],
        ["this is in a container, and it is not", gone, { ...here, namespace: container }, undefined],
        ["the system does not say where this is", gone, null, undefined],
    ] as const) {
        it(`${String(expected ?? "cannot be told")}: ${what}`, () => {
            assert.equal(hasEnded(one, from), expected);
        });
    }

    it("false while it runs, true as soon as it was killed, waited for or not", async () => {
        // A shell that does not wait for its child, which so stays as a dead one.
        const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
            stdio: ["ignore", "pipe", "ignore"],
        });
        try {
            const [line] = (await once(parent.stdout, "data")) as [Buffer];
            const pid = Number(line.toString());
            const identity = identityOf(pid);
            assert.ok(identity !== undefined);
            assert.equal(hasEnded(identity), false);
            process.kill(pid, "SIGKILL");
            while (hasEnded(identity) === false) await sleep(5);
            assert.equal(hasEnded(identity), true);
            assert.equal(identityOf(pid), undefined);
        } finally {
            parent.kill("SIGKILL");
        }
    });
});
