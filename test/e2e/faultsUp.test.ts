import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { startMinio } from "../../sandbox/minio.ts";
import { filesOf, runningMinio } from "../../sandbox/minioProcess.ts";
import { nixCache } from "./cli.ts";
import { interrupt, kill, points, runWithFault, type CutShort, type Fault } from "./faults/cutShort.ts";
import { FreshStack } from "./faults/fresh.ts";
import { TestStack } from "./testStack.ts";
import { newMinio, theWorld } from "./world.ts";

/** Lines that Pulumi prints when it begins with a resource, and when it is done with it. */
const STEP = /^ *\+ +(minio|random):index:\w+ \S+ (creating|created)/;
const UP = ["up", "--verbose"];
/** How many of the points are tried in an ordinary run. */
const SOME = 4;

describe("nix-cache up on a new stack, cut short", function () {
    this.timeout(3_600_000);
    let dir: string;
    let fresh: FreshStack;
    let undisturbed: unknown;
    let order: readonly string[] = [];
    let steps = 0;
    let tried = 0;

    before(async () => {
        const { tools } = await theWorld();
        const minio = await newMinio(tools);
        ({ dir } = minio);
        const stack = await TestStack.open("cut", { bucket: "cut", builders: ["cut-one"] }, minio);
        fresh = new FreshStack(stack, "cut");
        const whole = await runWithFault(stack, UP, STEP, 0, kill);
        assert.equal(whole.status, 0, whole.lines.join("\n") + whole.stderr);
        ({ steps } = whole);
        assert.ok(steps >= 16, `${steps} steps`);
        undisturbed = await fresh.finished();
        order = whole.lines;
    });

    it("makes nix-cache-info first of all objects: by it the next run knows the bucket as its own", () => {
        const [info, page] = ["nix-cache-info created", "nix-cache-usage creating"].map((step) =>
            order.findIndex((line) => line.includes(`minio:index:S3Object ${step}`)),
        ) as [number, number];
        assert.ok(info >= 0 && page > info, order.join("\n"));
    });

    /** Cuts a first run short at a point and runs the identical command again. */
    async function completes(point: number, fault: Fault, repair: () => Promise<unknown>): Promise<CutShort> {
        await fresh.reset();
        const cut = await runWithFault(fresh.stack, UP, STEP, point, fault);
        assert.ok(cut.steps >= point, `it came to step ${cut.steps} of ${point}`);
        const before = await fresh.secrets();
        await repair();
        const again = await nixCache(fresh.stack, UP);
        assert.equal(again.status, 0, `after step ${point}:\n${again.stdout}${again.stderr}`);
        assert.deepEqual(await fresh.finished(), undisturbed, `after step ${point}`);
        const after = await fresh.secrets();
        assert.ok(Object.keys(after).length >= 2);
        for (const [urn, secret] of Object.entries(before)) assert.equal(after[urn], secret, urn);
        tried += 1;
        return cut;
    }

    it("by SIGKILL to it, Pulumi and the plugins: the same command completes it, with the secrets made before", async () => {
        for (const point of points(steps, SOME)) await completes(point, kill, () => Promise.resolve());
    });

    it("by Ctrl-C: it says how to go on, leaves no lock, and the same command goes on", async () => {
        const cut = await completes(Math.ceil(steps / 2), interrupt, () => Promise.resolve());
        assert.equal(cut.status, 1);
        assert.equal(
            cut.stderr,
            "\nstopping when the step under way is done; Ctrl-C again stops at once\n" +
                "nix-cache: stopped. Done before that: a part of pulumi up; the same command goes on from there\n",
        );
    });

    it("by the end of MinIO: the same command completes it, with the secrets made before", async () => {
        const { tools } = await theWorld();
        const killServer = () => void process.kill(Number(readFileSync(filesOf(dir).pid, "utf8")), "SIGKILL");
        for (const point of points(steps, SOME)) {
            await completes(point, killServer, async () => {
                while ((await runningMinio(dir)) !== undefined)
                    await new Promise((done) => setTimeout(done, 20));
                await startMinio({ binary: tools.minio, dir });
            });
        }
    });

    it("by another one at the same time: who cannot have the stack says so, and the next completes it", async () => {
        await fresh.reset();
        const both = await Promise.all([nixCache(fresh.stack, UP), nixCache(fresh.stack, UP)]);
        for (const { stderr } of both.filter(({ status }) => status !== 0))
            assert.match(
                stderr,
                /^nix-cache: the stack is in use: .*; wait for it, and run this again\. Nothing has been changed\.\n$/,
            );
        const before = await fresh.secrets();
        const after = await nixCache(fresh.stack, UP);
        assert.equal(after.status, 0, after.stderr);
        assert.deepEqual(await fresh.finished(), undisturbed);
        assert.deepEqual(await fresh.secrets(), before);
    });

    after(() => console.log(`      ${tried} points of ${steps} steps, each with both faults in a full run`));
});
