import assert from "node:assert/strict";
import { narinfoKey } from "../../src/cache/storePath.ts";
import type { GivenSettings } from "../../src/push/settings.ts";
import { readState } from "../../src/push/state.ts";
import type { Mode } from "../../src/push/worker.ts";
import { maySkip, skip } from "../skips.ts";
import { mc } from "./mc.ts";
import { Bucket, builder } from "./objects.ts";
import { substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { Relay, type Treatment } from "./pushing/relay.ts";
import { theWorld } from "./world.ts";

const USER = "refused-builder";
const MANY = 30;

describe("a push that the server refuses for its own reasons", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let admin: Bucket;
    let relay: Relay;
    let turn = 0;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("refused");
        admin = new Bucket(machine.stack.minio.connection, "refused");
        relay = await Relay.start(machine.stack.minio.connection, "refused");
    });
    after(() => relay.stop());
    afterEach(() => {
        relay.treat = () => "pass";
    });

    /** Queues paths that were never pushed. */
    const queued = async (contents = "x"): Promise<string[]> => {
        const round = turn++;
        const names = Array.from({ length: MANY }, (_, n) => `refused-${round}-${n}`);
        const paths = await machine.store.add(names.map((name) => ({ name, contents: name + contents })));
        for (const path of paths) machine.queue.add(path, 1_000);
        return paths;
    };
    const work = (mode: Mode, more: Partial<GivenSettings> = {}) =>
        machine.push(mode, { ...machine.given(relay.url), maxTries: 1, ...more });
    /** Pushes in vain, and then not in vain. @param over ends what is wrong */
    const waitsOut = async (paths: readonly string[], expected: RegExp, over: () => Promise<unknown>) => {
        // More often than a path may fail.
        for (let round = 0; round < 3; round++) await work("once");
        assert.ok(machine.queue.list().length > 0);
        assert.deepEqual(machine.queue.failed(), [], "it is no path's fault");
        assert.ok(machine.queue.list().every(({ tries }) => tries === 0));
        const { outageSince, lastError } = readState(machine.queue);
        assert.notEqual(outageSince, undefined);
        assert.match(lastError?.message ?? "", expected);
        await over();
        await work("empty");
        assert.deepEqual([machine.queue.list(), machine.queue.failed()], [[], []]);
        assert.equal(readState(machine.queue).outageSince, undefined);
        assert.equal((await substitute(machine, paths)).length, paths.length);
    };
    const must = async (...args: string[]) => {
        const { status, stdout, stderr } = await mc(machine.stack, args);
        assert.equal(status, 0, stdout + stderr);
        return stdout;
    };

    it("because of a policy without writing", async () => {
        const paths = await queued();
        const text = await must("--json", "admin", "user", "info", "server", USER);
        const { policyName = "" } = JSON.parse(text) as { policyName?: string };
        await must("admin", "policy", "attach", "server", "readonly", "--user", USER);
        await must("admin", "policy", "detach", "server", policyName, "--user", USER);
        await waitsOut(paths, /answers 403 AccessDenied/, async () => {
            await must("admin", "policy", "attach", "server", policyName, "--user", USER);
            await must("admin", "policy", "detach", "server", "readonly", "--user", USER);
        });
    });

    it("because of a secret that is another", async () => {
        const paths = await queued();
        const { secretKey = "" } = await builder(machine.stack, USER);
        await must("admin", "user", "add", "server", USER, "another-secret");
        await waitsOut(paths, /refuses the secret of the builder/, () =>
            must("admin", "user", "add", "server", USER, secretKey),
        );
    });

    it("because a real quota is used up", async () => {
        const paths = await queued("y".repeat(200_000));
        await must("quota", "set", "server/refused", "--size", "1B");
        await waitsOut(paths, /answers 400 XMinioAdminBucketQuotaExceeded/, () =>
            must("quota", "clear", "server/refused"),
        );
    });

    it("with nix-cache-info gone, or not at all: nothing is given up", async () => {
        const paths = await queued();
        const body = String(await admin.read("nix-cache-info"));
        await admin.status("DELETE", "nix-cache-info");
        for (let round = 0; round < 3; round++) await work("once");
        assert.deepEqual(machine.queue.failed(), []);
        await admin.status("PUT", "nix-cache-info", body);
        await work("empty");
        assert.equal((await substitute(machine, paths)).length, paths.length);
    });

    for (const [what, treatment, expected] of [
        ["503 SlowDown", { status: 503, code: "SlowDown" }, /answers 503 SlowDown/],
        [
            "507 XMinioStorageFull",
            { status: 507, code: "XMinioStorageFull" },
            /answers 507 XMinioStorageFull/,
        ],
        ["500 InternalError", { status: 500, code: "InternalError" }, /answers 500 InternalError/],
        ["429", { status: 429, code: "TooManyRequests" }, /answers 429/],
        ["408 RequestTimeout", { status: 408, code: "RequestTimeout" }, /answers 408/],
        ["a cut", "cut", /does not answer: /],
    ] as const satisfies readonly (readonly [string, Treatment, RegExp])[]) {
        for (const [at, isMet] of [
            ["each question", (method: string) => method !== "PUT"],
            ["each upload", (method: string) => method === "PUT"],
            ["each narinfo", (method: string, key: string) => method === "PUT" && key.endsWith(".narinfo")],
        ] as const) {
            it(`with ${what} to ${at}`, async () => {
                const paths = await queued();
                relay.treat = (method, key) => (isMet(method, key) ? treatment : "pass");
                await waitsOut(paths, expected, () => {
                    relay.treat = () => "pass";
                    return Promise.resolve();
                });
            });
        }
    }

    it("with one object that is refused for ever: the others are pushed, and that one waits", async () => {
        const paths = await queued();
        const bad = narinfoKey(paths[3] ?? "");
        relay.treat = (method, key) =>
            method === "PUT" && key === bad ? { status: 503, code: "SlowDown" } : "pass";
        const backoff = { firstMs: 200, longestMs: 60_000 };
        for (let round = 0; round < 20 && machine.queue.list().length > 1; round++)
            await work("once", { backoff });
        assert.deepEqual(
            machine.queue.list().map(({ path }) => path),
            [paths[3]],
        );
        relay.treat = () => "pass";
        await work("empty");
        assert.equal((await substitute(machine, paths)).length, paths.length);
    });

    it("with an answer that never comes", async () => {
        const paths = await queued();
        relay.treat = (method) => (method === "PUT" ? "stall" : "pass");
        const lines = await machine.push("once", machine.given(relay.url), 1_000);
        assert.match(lines.join("\n"), /no answer within 1 s/);
        assert.deepEqual(machine.queue.failed(), []);
        relay.treat = () => "pass";
        await work("empty");
        assert.equal((await substitute(machine, paths)).length, paths.length);
    });
});
