import assert from "node:assert/strict";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { run } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { quiet } from "./byHand/healed.ts";
import { Scene } from "./byHand/scene.ts";
import { unwrapped } from "./unwrapped.ts";
import { nixCache } from "./cli.ts";
import { runPaused } from "./faults/paused.ts";
import { atRest, serverState, stateOf } from "./serverState.ts";

const HEAL = ["heal", "--yes"];
/** The plan is shown, and nothing of it was done. */
const SHOWN = { line: /^this will be done;/ };
/** Pulumi is about to take the stack's lock. */
const UPDATING = { child: /pulumi up / };

describe("nix-cache heal, while others change the server", function () {
    maySkip(this, "namespace");
    this.timeout(1_800_000);
    let s: Scene;
    const server = () => serverState(s.stack.minio.connection, s.bucket);
    const users = async () => (await readSnapshot(s.stack.minio.connection, s.bucket)).users;

    before(async () => {
        s = await Scene.open("looks-again");
        await s.mc("admin", "user", "add", "server", "passer-by", "strange-secret");
    });

    it("takes from another user nothing but the stack's policy, whatever else that is given meanwhile", async () => {
        await s.mc("admin", "policy", "attach", "server", s.writePolicy, "--user", "passer-by");
        const given = () => s.mc("admin", "policy", "attach", "server", "diagnostics", "--user", "passer-by");
        const healed = await runPaused(s.stack, HEAL, SHOWN, given);
        assert.equal(healed.steps, 1);
        assert.equal(healed.status, 0, healed.lines.join("\n") + healed.stderr);
        assert.deepEqual((await users())["passer-by"]?.policies, ["diagnostics"]);
        await quiet(s);
    });

    it("takes it from a group too, and says nothing of a policy that is gone by then", async () => {
        await s.mc("admin", "group", "add", "server", "passers-by", "passer-by");
        await s.mc("admin", "policy", "attach", "server", s.writePolicy, "--group", "passers-by");
        await s.mc("admin", "policy", "attach", "server", "readonly", "--group", "passers-by");
        const healed = await nixCache(s.stack, HEAL);
        assert.equal(healed.status, 0, healed.stdout + healed.stderr);
        const { groups } = await readSnapshot(s.stack.minio.connection, s.bucket);
        assert.deepEqual(groups["passers-by"], ["readonly"]);
    });

    it("goes on where a run that was killed meanwhile has left the state without a part of it", async () => {
        await s.mc("admin", "user", "disable", "server", s.one);
        await s.mc("anonymous", "set", "none", s.at);
        const healed = await runPaused(s.stack, HEAL, SHOWN, async () => {
            const { deployment } = JSON.parse((await s.stack.cli("stack", "export")).stdout) as {
                deployment: { resources: readonly { urn: string }[] };
            };
            const user = deployment.resources.find(({ urn }) => urn.endsWith(`IamUser::nix-cache-${s.one}`));
            const out = ["state", "delete", user?.urn ?? "", "--target-dependents", "--force", "--yes"];
            const { status, stderr } = await s.stack.cli(...out);
            assert.equal(status, 0, stderr);
        });
        assert.equal(healed.status, 0, healed.lines.join("\n") + healed.stderr);
        await quiet(s);
    });

    it("does nothing of a plan that is not the one that was shown, and says what differs", async () => {
        await s.mc("admin", "user", "disable", "server", s.one);
        await s.mc("quota", "set", s.at, "--size", "1GiB");
        let before: unknown;
        const state = stateOf(s.stack);
        const healed = await runPaused(s.stack, HEAL, SHOWN, async () => {
            await s.mc("admin", "user", "disable", "server", s.two);
            await s.mc("quota", "clear", s.at);
            before = await server();
        });
        const said = healed.lines.join("\n");
        assert.equal(healed.status, 3, said + healed.stderr);
        assert.equal(
            unwrapped(said.split("\n\n").at(-1) ?? "", 2),
            [
                "the server is not as it was when this was shown:",
                `  now: user ${s.two}: disabled on the server, should be enabled`,
                `  no longer: quota of bucket ${s.bucket}: 1073741824 bytes, beyond which uploads are refused, should be none`,
                "nothing has been changed",
                "to see what would be done now: nix-cache heal",
            ].join("\n"),
        );
        assert.deepEqual(await server(), before);
        assert.equal(stateOf(s.stack), state);
        assert.equal((await nixCache(s.stack, HEAL)).status, 0);
        await quiet(s);
    });

    it("looks once more when it has the lock: what came in between is not touched", async () => {
        await s.mc("admin", "user", "disable", "server", s.one);
        let before: unknown;
        const healed = await runPaused(s.stack, HEAL, UPDATING, async () => {
            await s.mc("admin", "user", "disable", "server", s.two);
            before = await server();
        });
        const said = healed.lines.join("\n");
        assert.equal(healed.steps, 1);
        assert.equal(healed.status, 3, said + healed.stderr);
        assert.match(
            said,
            new RegExp(`\\n  now: user ${s.two}: disabled on the server, should be enabled\\n`),
        );
        assert.match(said, /\ndone before that was seen: took what is to be made again out of the state\n/);
        assert.doesNotMatch(said, /^done: /m);
        assert.deepEqual(await server(), before);
        assert.equal((await nixCache(s.stack, HEAL)).status, 0);
        await quiet(s);
    });

    it("goes on with what is left where another has put back a part meanwhile", async () => {
        await s.mc("admin", "user", "disable", "server", s.one);
        await s.mc("quota", "set", s.at, "--size", "1GiB");
        const healed = await runPaused(s.stack, HEAL, UPDATING, () => s.mc("quota", "clear", s.at));
        const said = healed.lines.join("\n");
        assert.equal(healed.status, 0, said + healed.stderr);
        assert.match(said, new RegExp(`^done: remove user ${s.one},`, "m"));
        assert.doesNotMatch(said, /^done: .*quota/m);
        await quiet(s);
    });

    it("touches nothing while another heal has the stack, and says who; that one ends well", async () => {
        await s.mc("admin", "user", "disable", "server", s.one);
        await s.mc("admin", "user", "rm", "server", s.two);
        await s.mc("anonymous", "set", "public", s.at);
        // The first has the lock, and has removed the one user.
        const first = await runPaused(s.stack, HEAL, { line: /^done: remove user/ }, async () => {
            const [before, state] = await atRest(s.stack, s.bucket);
            const second = await nixCache(s.stack, HEAL);
            assert.equal(second.status, 1, second.stdout + second.stderr);
            assert.match(
                second.stderr,
                /^nix-cache: the stack is in use: Pulumi of \S+@\S+ \(process \d+\) works on it; wait for it, and run this again\. Nothing has been changed\.\n$/,
            );
            assert.doesNotMatch(second.stdout, /^done: /m);
            assert.deepEqual(await server(), before);
            assert.equal(stateOf(s.stack), state);
        });
        assert.equal(first.steps, 1);
        assert.equal(first.status, 0, first.lines.join("\n") + first.stderr);
        await quiet(s);
    });

    it("leaves the lock of a heal that runs in another container alone, though that shares all files and the name", async function () {
        // As a container does it; what is outside sees other process ids.
        const container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
        const possible = await run("unshare", [...container.slice(1), "true"]);
        if (possible.status !== 0) skip(this, "namespace");
        await s.mc("admin", "user", "disable", "server", s.one);
        const inside = await runPaused(
            s.stack,
            HEAL,
            { line: /^done: remove user/ },
            async () => {
                const [before, state] = await atRest(s.stack, s.bucket);
                for (const command of [HEAL, ["up"]]) {
                    const { status, stdout, stderr } = await nixCache(s.stack, command);
                    assert.equal(status, 1, stdout + stderr);
                    assert.match(
                        stderr,
                        /^nix-cache: Pulumi of \S+@\S+ \(process \d+\) has locked the stack since \S+Z, and whether that still runs cannot be told from here; wait for it, or, if it is gone: pulumi cancel --yes --stack 'looks-again'\. Nothing has been changed\.\n$/,
                    );
                }
                assert.deepEqual(await server(), before);
                assert.equal(stateOf(s.stack), state);
            },
            container,
        );
        assert.equal(inside.steps, 1);
        assert.equal(inside.status, 0, inside.lines.join("\n") + inside.stderr);
        await quiet(s);
    });
});
