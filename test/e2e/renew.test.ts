import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expiryOf } from "../../src/cache/expiryDates.ts";
import { formatNarinfo, parseNarinfo, signNarinfo } from "../../src/cache/narinfo.ts";
import { baseName, listingKey, narinfoKey } from "../../src/cache/storePath.ts";
import type { Credentials } from "../../src/hosts/awsCredentials.ts";
import { forEachAtOnce } from "../../src/system/pool.ts";
import { nixCache } from "./cli.ts";
import { killTwo, KILLS } from "./mending/killed.ts";
import { mustBeSound } from "./mending/sound.ts";
import { Bucket } from "./objects.ts";
import { daysLeft, makeOld } from "./pinning/age.ts";
import { putClosure, type Path } from "./pinning/closure.ts";
import { outside, PROGRAM, userEnvironment, userFiles } from "./pinning/outside.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

const BUCKET = "alive";

interface Told {
    readonly pins: number;
    readonly here: number;
    readonly due: number;
    readonly renewed: number;
    readonly missing: string[];
    readonly failed: { path: string }[];
    readonly soon: string[];
    readonly unpushed: number;
    readonly first: string | null;
}

describe("nix-cache renew", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let secretKey: string;
    let admin: Bucket;
    let builder: string;
    let host: string;

    before(async () => {
        stack = await TestStack.open("alive", { bucket: BUCKET, builders: ["keeper"], pinners: ["laptop"] });
        await stack.up();
        const outputs = (await stack.outputs()) as {
            builders: Record<string, Credentials>;
            pinners: Record<string, Credentials>;
            hostConfig: unknown;
            secretKey: string;
        };
        ({ secretKey } = outputs);
        admin = new Bucket(stack.minio.connection, BUCKET);
        builder = userFiles(outputs.hostConfig, outputs.builders.keeper!);
        host = userFiles(outputs.hostConfig, outputs.pinners.laptop!, "laptop");
    });

    const renew = (...args: string[]) => outside(builder, "renew", "--upstream", "", ...args);
    const told = async (...args: string[]) => {
        const outcome = await renew("--json", ...args);
        return { ...outcome, told: JSON.parse(outcome.stdout) as Told };
    };
    const pin = async (name: string, path: string, ...more: string[]) => {
        const { status, stderr } = await outside(builder, "pin", name, path, "--upstream", "", ...more);
        assert.equal(status, 0, stderr);
    };
    const old = async (paths: readonly Path[], days: number) => {
        for (const { narinfo, nar } of paths) {
            await makeOld(admin, nar, days);
            await makeOld(admin, narinfo, days);
        }
    };
    const left = async (paths: readonly Path[]) =>
        Promise.all(
            paths.map(async ({ narinfo, nar }) => [
                await daysLeft(admin, narinfo),
                await daysLeft(admin, nar),
            ]),
        );
    /** By days, no narinfo outlives its NAR, nor what it refers to. */
    const invariant = async () => {
        const narinfos = (await admin.list()).filter((key) => key.endsWith(".narinfo"));
        const until = new Map<string, number>();
        const infos = await Promise.all(
            narinfos.map(async (key) => {
                const answer = await admin.request("GET", key);
                until.set(key, expiryOf(answer.headers));
                return { key, info: parseNarinfo(answer.body.toString()) };
            }),
        );
        for (const { key, info } of infos) {
            const own = until.get(key) ?? 0;
            const nar = await admin.request("HEAD", info.url);
            assert.equal(nar.status, 200, `the NAR of ${key}`);
            assert.ok(expiryOf(nar.headers) >= own, `the NAR of ${key} outlives it`);
            for (const reference of info.references)
                assert.ok(
                    (until.get(narinfoKey(reference)) ?? Infinity) >= own,
                    `${reference} outlives ${key}`,
                );
        }
        return narinfos.length;
    };

    describe("by the pins", () => {
        let kept: readonly Path[];
        let dead: readonly Path[];

        before(async () => {
            kept = await putClosure(admin, secretKey, ["lib", "tool", "system"]);
            dead = await putClosure(admin, secretKey, ["old-lib", "old-tool"]);
            await admin.status("PUT", listingKey(kept[2]!.path), "{}");
            await old(kept, 20);
            await old(dead, 20);
            await makeOld(admin, listingKey(kept[2]!.path), 20);
            await pin("machine", kept[2]!.path);
        });

        it("says what it would do, and does nothing", async () => {
            const dry = await told("--dry-run");
            assert.equal(dry.status, 0, dry.stderr);
            assert.deepEqual([dry.told.pins, dry.told.here, dry.told.due, dry.told.renewed], [1, 3, 3, 0]);
            assert.deepEqual(await left(kept), [
                [10, 17],
                [10, 17],
                [10, 17],
            ]);
            const text = await renew("--dry-run");
            assert.match(text.stdout, /^to renew {3}3 paths; nothing was changed$/m);
            assert.ok(text.stdout.split("\n").every((line) => line.length <= 80));
        });

        it("renews what is past half of its life, with a builder's credentials, and lets go what is dead", async () => {
            const metrics = join(newFolder("metrics"), "renew.prom");
            const { status, stdout, stderr } = await renew("--metrics", metrics);
            assert.equal(status, 0, stderr);
            assert.match(stdout, /^alive {6}3 paths, .* of 1 pin$/m);
            assert.match(stdout, /^renewed {4}3 paths, 7 objects, in [\d.]+ s$/m);
            assert.deepEqual(await left(kept), [
                [30, 37],
                [30, 37],
                [30, 37],
            ]);
            assert.equal(await daysLeft(admin, listingKey(kept[2]!.path)), 30);
            assert.deepEqual(await left(dead), [
                [10, 17],
                [10, 17],
            ]);
            const text = readFileSync(metrics, "utf8");
            assert.match(text, /^nix_cache_run_status\{command="renew"\} 0$/m);
            assert.match(text, /^nix_cache_alive_paths 3$/m);
            assert.match(text, /^nix_cache_alive_missing 0$/m);
            assert.match(text, /^nix_cache_alive_until_seconds \d{10}$/m);
        });

        it("renews nothing twice, nor what is young", async () => {
            assert.deepEqual((await told()).told.renewed, 0);
            await old(kept, 12);
            assert.deepEqual((await told()).told.renewed, 0);
        });

        it("renews what refers to nothing old when its NAR, or a reference, would go first", async () => {
            const [lib, tool, system] = kept;
            await makeOld(admin, lib!.narinfo, 14);
            await makeOld(admin, system!.nar, 25);
            // The others go in 18 days, the library in 16 (its NAR in 25), and the system's NAR in 12.
            const { told: said } = await told();
            assert.deepEqual([said.due, said.renewed], [2, 3]);
            assert.equal(await daysLeft(admin, lib!.narinfo), 30);
            assert.equal(await daysLeft(admin, system!.nar), 37);
            assert.equal(await daysLeft(admin, tool!.narinfo), 18);
            await invariant();
        });

        it("keeps the revisions that a pin keeps, and nothing of one that was ended", async () => {
            const [first, second] = [
                await putClosure(admin, secretKey, ["revision-1"]),
                await putClosure(admin, secretKey, ["revision-2"]),
            ];
            await pin("history", first[0]!.path, "--keep-revisions", "2");
            await pin("history", second[0]!.path);
            await old([...first, ...second], 22);
            assert.equal((await told()).told.due, 2);
            await old([...first, ...second], 22);
            assert.equal((await outside(builder, "unpin", "history")).status, 0);
            assert.equal((await told()).told.due, 0);
        });
    });

    describe("beside them", () => {
        it("keeps what is given, and what links of a folder lead to, if the cache has it", async () => {
            const [a, b] = [
                await putClosure(admin, secretKey, ["given"]),
                await putClosure(admin, secretKey, ["linked"]),
            ];
            await old([...a, ...b], 20);
            const folder = newFolder("profiles");
            mkdirSync(join(folder, "per-user"));
            // What a link leads to must be there, as it is on a machine that runs it.
            const here = await told(a[0]!.path, "--roots", folder);
            assert.deepEqual([here.status, here.told.due], [0, 1], here.stderr);
            assert.deepEqual(await left(b), [[10, 17]]);
            symlinkSync("/nowhere", join(folder, "per-user", "broken"));
            assert.equal((await told("--roots", folder)).status, 0);
            const none = await renew("--roots", join(folder, "none"));
            assert.equal(none.status, 1);
            assert.match(none.stderr, /^nix-cache: .*none cannot be read: /m);
        });

        it("counts what it renews at the same time", async () => {
            const singles: Path[] = [];
            for (let index = 0; index < 40; index++)
                singles.push(...(await putClosure(admin, secretKey, [`single-${index}`])));
            await old(singles, 20);
            assert.equal((await told(...singles.map(({ path }) => path))).told.renewed, 80);
        });

        it("tells of what is alive and in no cache, with its pin, and renews the rest", async () => {
            const closure = await putClosure(admin, secretKey, ["m-lib", "m-tool", "m-top"]);
            await pin("broken", closure[2]!.path);
            await old(closure, 20);
            const text = String(await admin.read(closure[0]!.narinfo));
            assert.equal(await admin.status("DELETE", closure[0]!.narinfo), 204);
            const { status, stdout, stderr } = await renew();
            assert.equal(status, 6);
            assert.match(stderr, /1 path is alive and in no cache/);
            assert.ok(stderr.includes(`  ${closure[0]!.path}\n`), stderr);
            assert.match(stdout, /^renewed {4}2 paths, 4 objects/m);
            assert.deepEqual((await told()).told.missing, [closure[0]!.path]);
            await admin.status("PUT", closure[0]!.narinfo, text);
            assert.equal((await told()).status, 0);
            await admin.status("DELETE", closure[2]!.narinfo);
            const root = await renew();
            assert.ok(root.stderr.includes(`  ${closure[2]!.path}  (broken)\n`), root.stderr);
            assert.equal((await outside(builder, "unpin", "broken")).status, 0);
        });

        it("tells in a dry run of what is about to go", async () => {
            const closure = await putClosure(admin, secretKey, ["late"]);
            await pin("late", closure[0]!.path);
            await old(closure, 28);
            const { status, stderr } = await renew("--dry-run");
            assert.equal(status, 6);
            assert.match(stderr, /1 path is alive and about to go/);
            assert.equal((await renew()).status, 0);
            assert.deepEqual(await left(closure), [[30, 37]]);
        });

        it("is kept from nothing by a circle that somebody made, nor by an object in the place of a pin", async () => {
            const closure = await putClosure(admin, secretKey, ["round-a", "round-b"]);
            await pin("round", closure[1]!.path);
            const info = parseNarinfo(String(await admin.read(closure[0]!.narinfo)));
            const circle = { ...info, references: [baseName(closure[1]!.path)], signatures: [] };
            await admin.status("PUT", closure[0]!.narinfo, formatNarinfo(signNarinfo(circle, secretKey)));
            await admin.status("PUT", "_pins/mine.json", "[");
            await old(closure, 20);
            const { status, stdout, stderr } = await renew();
            assert.equal(status, 0, stderr);
            assert.match(stdout, /^renewed {4}2 paths, 4 objects/m);
            assert.match(stderr, /mine is no pin, and keeps nothing/);
            await outside(builder, "unpin", "round");
            await admin.status("DELETE", closure[0]!.narinfo);
            await admin.status("DELETE", closure[1]!.narinfo);
        });

        it("works in the project's folder as the administrator, and is refused to a host", async () => {
            assert.equal((await nixCache(stack, ["renew", "--upstream", ""])).status, 0);
            const refused = await outside(host, "renew", "--profile", "laptop");
            assert.equal(refused.status, 1);
            assert.match(refused.stderr, /a host may write its own pin alone/);
        });

        it(`is killed ${KILLS} times at any moment, two at once, without harm, and the next run completes it`, async () => {
            const names = Array.from({ length: 120 }, (_, index) => `many-${index}`);
            const closure = await putClosure(admin, secretKey, names);
            await pin("many", closure.at(-1)!.path);
            const before = (await admin.list()).toSorted();
            const fresh = async () =>
                (await left(closure)).flat().filter((days) => days !== undefined && days >= 30).length;
            const words = await killTwo({
                begin: () =>
                    spawn(process.execPath, [PROGRAM, "renew", "--upstream", ""], {
                        cwd: builder,
                        env: userEnvironment(builder),
                        stdio: "ignore",
                    }),
                again: () => forEachAtOnce(closure, 16, async (one) => old([one], 20)),
                look: async () => {
                    assert.deepEqual((await admin.list()).toSorted(), before);
                    await invariant();
                    await mustBeSound(stack);
                    const count = await fresh();
                    return count === 0 ? "not begun" : count < closure.length * 2 ? "begun" : "done";
                },
                state: async () => String(await fresh()),
            });
            console.log(`      ${words}`);
            const last = await told();
            assert.equal(last.status, 0, last.stderr);
            for (const [narinfo, nar] of await left(closure)) assert.deepEqual([narinfo, nar], [30, 37]);
        });
    });
});
