import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { parseNarinfo } from "../../src/cache/narinfo.ts";
import { listingKey, narinfoKey } from "../../src/cache/storePath.ts";
import { maySkip, skip } from "../skips.ts";
import { NARINFO_ROWS } from "./broken/narinfoRows.ts";
import { NAR_ROWS } from "./broken/narRows.ts";
import { pushByNix } from "./broken/older.ts";
import { Target } from "./broken/target.ts";
import { nixCache } from "./cli.ts";
import { mend, stateOf } from "./mending/mender.ts";
import { Bucket } from "./objects.ts";
import { substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { pathOf, type Spec } from "./pushing/store.ts";
import { theWorld } from "./world.ts";

const ROWS = [...NAR_ROWS, ...NARINFO_ROWS];

interface Report {
    readonly push: readonly string[];
    readonly remove: readonly { readonly path: string | null; readonly key: string }[];
    readonly left: readonly { readonly path: string | null }[];
}

describe("the repair of a cache", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let admin: Bucket;
    let secretKey: string;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("repairs", { expireDays: 0 });
        admin = new Bucket(machine.stack.minio.connection, "repairs");
        secretKey = String((await machine.stack.outputs()).secretKey);
    });

    const push = async (specs: readonly Spec[], more: object = {}): Promise<string[]> => {
        const paths = await machine.store.add(specs);
        for (const path of paths) machine.queue.add(path, 1000);
        const lines = await machine.push("once", { ...machine.given(), ...more });
        assert.deepEqual(
            lines.filter((line) => !line.startsWith("pushed")),
            [],
        );
        return paths;
    };
    const repair = (...args: string[]) => mend(machine, "repair", "--upstream", "", ...args);
    /** As somebody who has the stack and no Nix. */
    const repairWithoutStore = (...args: string[]) =>
        nixCache(machine.stack, ["repair", "--upstream", "", ...args], {
            env: { NIX_CACHE_STORE: `/nowhere-${process.pid}` },
        });
    const nar = async (path: string) => parseNarinfo(String(await admin.read(narinfoKey(path)))).url;

    it("pushes again whatever is broken in whatever way, and touches nothing healthy", async () => {
        const contents = () => randomBytes(400).toString("hex");
        const specs = ROWS.flatMap((row, n): Spec[] => [
            { name: `repair-${n}-one`, contents: contents() },
            { name: `repair-${n}-other`, contents: contents() },
            ...(row.names === "referrer"
                ? [{ name: `repair-${n}-top`, contents: `${n}`, references: [pathOf(`repair-${n}-one`)] }]
                : []),
        ]);
        await machine.store.add(specs);
        for (const compression of new Set(ROWS.map((row) => row.compression))) {
            const paths = ROWS.flatMap((row, n) =>
                row.compression === compression
                    ? specs
                          .filter(({ name }) => name.startsWith(`repair-${n}-`))
                          .map(({ name }) => pathOf(name))
                    : [],
            );
            if (compression !== undefined && compression !== "none") {
                await pushByNix(machine, admin, paths, compression);
                continue;
            }
            for (const path of paths) machine.queue.add(path, 10_000);
            await machine.push("once", {
                ...machine.given(),
                ...(compression === undefined ? {} : { compression }),
            });
        }
        for (const [n, { breaks }] of ROWS.entries())
            await breaks(
                await Target.of(pathOf(`repair-${n}-one`), admin, secretKey),
                await Target.of(pathOf(`repair-${n}-other`), admin, secretKey),
            );
        const stray = `${"1".repeat(32)}.narinfo`;
        assert.equal(await admin.status("PUT", stray, "garbage"), 200);
        const before = await stateOf(admin);

        const plan = JSON.parse((await repair("--deep", "--dry-run", "--json")).stdout) as Report;
        assert.deepEqual(await stateOf(admin), before);
        assert.deepEqual(
            plan.remove.map(({ key }) => key),
            [stray],
        );
        const { status, stdout, stderr } = await repair("--deep", "--yes");
        assert.equal(status, 0, stdout + stderr);
        const doctor = await nixCache(machine.stack, ["doctor", "--deep", "--json", "--upstream", ""]);
        assert.equal(doctor.status, 0, doctor.stdout);

        const after = await stateOf(admin);
        const healthy = ROWS.flatMap((row, n) => {
            const path = pathOf(`repair-${n}-other`);
            // "NAR gone" and the like are of the one, never of the other.
            return row.doctor === undefined ? [path, pathOf(`repair-${n}-one`)] : [path];
        });
        for (const path of healthy) {
            const key = narinfoKey(path);
            if (before.get(key) === undefined) continue;
            assert.equal(after.get(key), before.get(key), path);
            if (path.endsWith("-one")) continue;
            const url = await nar(path);
            assert.equal(after.get(url), before.get(url), path);
        }
        assert.equal(after.get(stray), undefined);
        const gone = ROWS.flatMap((row, n) =>
            row.doctor === undefined && row.what === "narinfo gone" ? [pathOf(`repair-${n}-one`)] : [],
        );
        const all = specs.map(({ name }) => pathOf(name)).filter((path) => !gone.includes(path));
        assert.deepEqual((await substitute(machine, all)).sort(), all.toSorted());
        assert.match((await repair("--deep", "--yes")).stdout, /^nothing is broken: \d+ narinfos of https:/);
    });

    it("removes what this machine does not have, with who refers to it, so that Nix goes on to the next substituter", async () => {
        const specs: Spec[] = [
            { name: "lost-lib", contents: "lost", upstream: true },
            { name: "lost-mid", contents: "mid", references: [pathOf("lost-lib")], upstream: true },
            { name: "lost-top", contents: "top", references: [pathOf("lost-mid")], upstream: true },
            { name: "lost-not", contents: "not", upstream: true },
        ];
        const [lib = "", mid = "", top = "", not = ""] = await push(specs, { upstreamKeys: [] });
        assert.equal(await admin.status("DELETE", await nar(lib)), 204);
        const asked = await repairWithoutStore();
        assert.equal(asked.status, 1);
        assert.match(
            asked.stderr,
            /there is no terminal here: nix-cache repair --yes\. Nothing has been changed\.$/m,
        );
        const before = await stateOf(admin);
        const { status, stdout, stderr } = await repairWithoutStore("--yes");
        assert.equal(status, 0, stdout + stderr);
        assert.match(stdout, /^mended 0 by pushing, removed 3 narinfos$/m);
        const gone = [lib, mid, top].flatMap((path) => [narinfoKey(path), listingKey(path)]);
        for (const key of gone) before.delete(key);
        assert.deepEqual(await stateOf(admin), before);
        // From the other cache, which `substitute` has beside this one.
        await substitute(machine, [top, not]);
    });

    it("leaves a path that hosts take all the same", async () => {
        const [path = ""] = await push([{ name: "taken", contents: "taken" }]);
        const target = await Target.of(path, admin, secretKey);
        await target.putNarinfo(target.text({ fileSize: 7 }));
        const before = await stateOf(admin);
        const { status, stdout } = await repairWithoutStore("--yes", "--json");
        assert.equal(status, 1);
        assert.deepEqual(
            (JSON.parse(stdout) as Report).left.map((one) => one.path),
            [path],
        );
        assert.deepEqual(await stateOf(admin), before);
        assert.equal((await repair("--yes")).status, 0);
    });

    it("pushes by a builder's files what it can, and removes nothing there", async () => {
        const [here = "", lost = ""] = await push([
            { name: "files-here", contents: "here" },
            { name: "files-lost", contents: "lost" },
        ]);
        for (const path of [here, lost]) assert.equal(await admin.status("DELETE", await nar(path)), 204);
        // The other one is of another machine.
        const stray = pathOf("files-nowhere");
        const target = await Target.of(
            (await push([{ name: "files-good", contents: "good" }]))[0] ?? "",
            admin,
            secretKey,
        );
        await target.put(narinfoKey(stray), target.signed({ storePath: stray, url: "nar/nowhere.nar.zst" }));
        const { status, stdout } = await machine.cli("repair", ["--upstream", "", "--yes", "--json"]);
        assert.equal(status, 1, stdout);
        const report = JSON.parse(stdout) as Report;
        assert.deepEqual([...report.push].sort(), [here, lost].sort());
        assert.deepEqual(
            report.left.map(({ path }) => path),
            [stray],
        );
        assert.equal((await substitute(machine, [here, lost])).length, 2);
        assert.equal(await admin.status("HEAD", narinfoKey(stray)), 200);
        assert.equal((await repairWithoutStore("--yes")).status, 0);
        assert.equal(await admin.status("HEAD", narinfoKey(stray)), 404);
    });
});
