import assert from "node:assert/strict";
import { parseNarinfo } from "../../src/cache/narinfo.ts";
import { listingKey, narinfoKey } from "../../src/cache/storePath.ts";
import { maySkip, skip } from "../skips.ts";
import { nixCache } from "./cli.ts";
import { Bucket, builder } from "./objects.ts";
import { substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { pathOf, type Spec } from "./pushing/store.ts";
import { theWorld } from "./world.ts";

interface Plan {
    readonly removals: readonly { readonly path: string; readonly nar: string | null }[];
    readonly shared: readonly string[];
    readonly referrers: { readonly count: number; readonly paths: readonly string[] };
}

describe("removing paths from a cache", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let admin: Bucket;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("removals");
        admin = new Bucket(machine.stack.minio.connection, "removals");
    });

    const push = async (specs: readonly Spec[]): Promise<string[]> => {
        const paths = await machine.store.add(specs);
        for (const path of paths) machine.queue.add(path, 1000);
        const lines = await machine.push("once");
        assert.deepEqual(
            lines.filter((line) => !line.startsWith("pushed")),
            [],
        );
        return paths;
    };
    const remove = (...args: string[]) => nixCache(machine.stack, ["remove", ...args]);
    const nar = async (path: string) => parseNarinfo(String(await admin.read(narinfoKey(path)))).url;
    const isThere = async (key: string) => (await admin.status("HEAD", key)) === 200;

    it("says who refers to them and asks, and removes nothing where nobody can answer", async () => {
        const [lib = "", top = ""] = await push([
            { name: "asked-lib", contents: "lib" },
            { name: "asked-top", contents: "top", references: [pathOf("asked-lib")] },
        ]);
        const { status, stdout, stderr } = await remove(lib);
        assert.equal(status, 1);
        assert.match(stdout, /^to be removed from https:\/\/\S+\/removals:$/m);
        assert.match(stdout, /^1 path that stays refers to one of them/m);
        assert.ok(stdout.includes(`\n  ${top}\n`), stdout);
        assert.match(
            stderr,
            /there is no terminal here: nix-cache remove --yes \/nix\/store\/\S+\. Nothing has been changed\.$/m,
        );
        assert.ok(await isThere(narinfoKey(lib)));
        const plan = JSON.parse((await remove("--dry-run", "--json", lib)).stdout) as Plan;
        assert.deepEqual(
            plan.removals.map(({ path }) => path),
            [lib],
        );
        assert.deepEqual(plan.referrers, { count: 1, paths: [top] });
        assert.ok(await isThere(narinfoKey(lib)));
    });

    it("removes narinfo, listing, NAR and log, and nothing else", async () => {
        const deriver = `${"d".repeat(32)}-secret.drv`;
        const [secret = "", other = ""] = await push([
            { name: "secret", contents: "a secret", deriver },
            { name: "public", contents: "no secret" },
        ]);
        assert.equal(await admin.status("PUT", `log/${deriver}`, "a secret in a log"), 200);
        const url = await nar(secret);
        const before = await admin.list();
        const { status, stdout, stderr } = await remove("--yes", secret);
        assert.equal(status, 0, stdout + stderr);
        const gone = [narinfoKey(secret), listingKey(secret), url, `log/${deriver}`];
        assert.deepEqual(
            await admin.list(),
            before.filter((key) => !gone.includes(key)),
        );
        assert.equal((await substitute(machine, [other])).length, 1);
        const again = await remove("--yes", secret);
        assert.equal(again.status, 1);
        assert.match(again.stderr, new RegExp(`^nix-cache: ${secret} is not in the cache$`, "m"));
    });

    it("leaves a NAR and a log that another path has too", async () => {
        const deriver = `${"f".repeat(32)}-twins.drv`;
        const [one = "", two = ""] = await push([
            { name: "twin-one", contents: "the same", deriver },
            { name: "twin-two", contents: "the same", deriver },
        ]);
        assert.equal(await admin.status("PUT", `log/${deriver}`, "log"), 200);
        const url = await nar(one);
        assert.equal(await nar(two), url);
        const { status, stdout } = await remove("--yes", one);
        assert.equal(status, 0);
        assert.ok(stdout.includes(`kept ${url}: `), stdout);
        assert.ok(!(await isThere(narinfoKey(one))));
        assert.deepEqual(await substitute(machine, [two]), [two]);
        assert.ok(await isThere(`log/${deriver}`));
        // With the last one it goes.
        assert.equal((await remove("--yes", two)).status, 0);
        assert.ok(!(await isThere(url)));
        assert.ok(!(await isThere(`log/${deriver}`)));
    });

    it("removes with --referrers all that refers to them, and leaves what they refer to", async () => {
        const names = ["base", "mid", "top", "side"].map((one) => `with-${one}`);
        const [base = "", mid = "", top = "", side = ""] = await push([
            { name: names[0] ?? "", contents: "base" },
            { name: names[1] ?? "", contents: "mid", references: [pathOf("with-base")] },
            { name: names[2] ?? "", contents: "top", references: [pathOf("with-mid"), pathOf("with-base")] },
            { name: names[3] ?? "", contents: "side", references: [pathOf("with-base")] },
        ]);
        const plan = JSON.parse((await remove("--dry-run", "--json", "--referrers", mid)).stdout) as Plan;
        assert.deepEqual(
            plan.removals.map(({ path }) => path),
            [top, mid],
        );
        assert.equal((await remove("--yes", "--referrers", mid)).status, 0);
        for (const path of [mid, top]) assert.ok(!(await isThere(narinfoKey(path))));
        assert.deepEqual((await substitute(machine, [side])).sort(), [base, side].sort());
    });

    it("goes on with what a run before has begun, and obeys no note of a builder's", async () => {
        const [left = "", used = ""] = await push([
            { name: "left", contents: "left" },
            { name: "used", contents: "used" },
        ]);
        const note = (path: string, url: string) => JSON.stringify({ version: 1, path, nar: url });
        const key = (path: string) => `_removals/${path.slice(11, 43)}.json`;
        const [leftNar, usedNar] = [await nar(left), await nar(used)];
        // As a run leaves it that is killed after the narinfo.
        assert.equal(await admin.status("DELETE", narinfoKey(left)), 204);
        const asBuilder = new Bucket(await builder(machine.stack, "removals-builder"), "removals");
        assert.equal(await asBuilder.status("PUT", key(left), note(left, leftNar)), 200);
        assert.equal(await asBuilder.status("PUT", key(used), note(used, usedNar)), 200);
        const nowhere = pathOf("nowhere");
        assert.equal(await asBuilder.status("PUT", key(nowhere), note(nowhere, usedNar)), 200);
        assert.equal(await asBuilder.status("PUT", "_removals/x.json", "garbage"), 200);
        const { status, stderr } = await remove("--yes", left);
        assert.equal(status, 0, stderr);
        assert.ok(!(await isThere(leftNar)));
        assert.ok(!(await isThere(listingKey(left))));
        assert.deepEqual(await substitute(machine, [used]), [used]);
        for (const path of [left, used, nowhere]) assert.ok(!(await isThere(key(path))));
    });

    it("removes what has a narinfo that nobody can read", async () => {
        const [path = ""] = await push([{ name: "unreadable", contents: "unreadable" }]);
        assert.equal(await admin.status("PUT", narinfoKey(path), "garbage"), 200);
        assert.equal((await remove("--yes", path)).status, 0);
        assert.ok(!(await isThere(narinfoKey(path))));
    });

    it("refuses what a pin names, unless it is told to", async () => {
        const [path = ""] = await push([{ name: "pinned", contents: "pinned" }]);
        assert.equal((await nixCache(machine.stack, ["pin", "kept", path, "--upstream", ""])).status, 0);
        const refused = await remove("--yes", path);
        assert.equal(refused.status, 1);
        assert.match(refused.stdout, /^pins that would point to nothing:\n {2}kept \(/m);
        assert.match(
            refused.stderr,
            /^nix-cache: the pin kept names what would be removed: nix-cache unpin kept, or remove it with --pinned\. Nothing has been changed\.$/m,
        );
        assert.ok(await isThere(narinfoKey(path)));
        assert.equal((await remove("--yes", "--pinned", path)).status, 0);
        assert.ok(!(await isThere(narinfoKey(path))));
    });

    it("says in one line what is no path, and who may not", async () => {
        assert.match(
            (await remove("./nowhere")).stderr,
            /^nix-cache: "\.\/nowhere" is not there; give a store path/,
        );
        assert.match((await remove()).stderr, /^nix-cache: which paths\? give at least one/);
        await machine.stack.setPassword("another password");
        const { status, stderr } = await remove("--yes", pathOf("secret"));
        await machine.stack.setPassword(machine.stack.minio.connection.secretKey);
        assert.equal(status, 4);
        assert.match(stderr, /refuses the password of .*Nothing has been changed\.$/m);
    });
});
