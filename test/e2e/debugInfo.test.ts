import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { debugLinkKeys, logKey } from "../../src/cache/besideNames.ts";
import { parseNarinfo } from "../../src/cache/narinfo.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { doomedPath } from "../../src/mend/doomed.ts";
import { planRemoval } from "../../src/mend/removalPlan.ts";
import { removePaths } from "../../src/mend/removePaths.ts";
import { nixOrFail, type NixSandbox } from "../../sandbox/nixCommand.ts";
import { run } from "../../src/system/run.ts";
import { maySkip } from "../skips.ts";
import type { Bucket } from "./objects.ts";
import { daysLeft, makeOld } from "./pinning/age.ts";
import { build, buildingMachine, pushNow, type Built } from "./pushing/build.ts";
import type { BuildMachine } from "./pushing/builder.ts";
import { newFolder } from "./world.ts";

describe("the index of debug information", function () {
    maySkip(this, "nix", "build");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let cache: Bucket;
    let admin: Bucket;

    before(async function () {
        ({ machine, cache, admin } = await buildingMachine(this, "debugs"));
    });

    const buildIdOf = (name: string) => createHash("sha1").update(name).digest("hex");
    const memberOf = (id: string) => `lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`;
    /** Something with debug information as nixpkgs lays it, and beside it what only looks so. */
    const debug = (name: string): Promise<Built> => {
        const id = buildIdOf(name);
        const folder = `$out/lib/debug/.build-id/${id.slice(0, 2)}`;
        return build(
            machine,
            name,
            `mkdir -p ${folder} $out/lib/debug/.build-id/no && echo ELF of ${name} > $out/${memberOf(id)} && ln -s x ${folder}/${"0".repeat(38)}.debug && echo x > ${folder}/short.debug`,
        );
    };
    const push = (...args: string[]) => pushNow(machine, ...args);
    const linkOf = async (key: string) =>
        JSON.parse(String(await cache.read(key))) as { archive: string; member: string };

    it("leads anybody from a build ID to the file in a NAR, as Nix's own does", async () => {
        const { outputs } = await debug("debugged");
        const [path = ""] = outputs;
        await push("--debug-info", "yes", path);
        const keys = debugLinkKeys(buildIdOf("debugged"));
        const [key = ""] = keys;
        assert.deepEqual(
            (await cache.list()).filter((one) => one.startsWith("debuginfo/")),
            [...keys].sort(),
        );
        const link = await linkOf(key);
        assert.deepEqual(await linkOf(keys[1] ?? ""), link);

        // What Nix writes for the same path.
        const folder = newFolder("by-nix");
        const to = `file://${folder}?index-debug-info=true&compression=zstd`;
        await machine.store.copyTo(to, [path]);
        assert.deepEqual(
            readdirSync(join(folder, "debuginfo")).map((name) => `debuginfo/${name}`),
            [key],
        );
        const theirs = JSON.parse(readFileSync(join(folder, key), "utf8")) as typeof link;
        assert.equal(link.member, theirs.member);
        assert.match(theirs.archive, /^\.\.\/nar\/[^/]+\.nar\.zst$/);

        // As a debugger's helper goes: from the link to the NAR, and to the file in it.
        const nar = new URL(link.archive, `https://host/${key}`).pathname.slice(1);
        const { status, body } = await cache.request("GET", nar);
        assert.equal(status, 200);
        const restored = join(newFolder("restored"), "path");
        const file = `${restored}.nar`;
        writeFileSync(file, zstdDecompressSync(body));
        const { status: ended } = await run("sh", ["-c", `nix-store --restore '${restored}' < '${file}'`], {
            env: { ...process.env, PATH: `${machine.sandbox.nix}:${process.env.PATH ?? ""}` },
        });
        assert.equal(ended, 0);
        assert.equal(readFileSync(join(restored, link.member), "utf8"), "ELF of debugged\n");

        const reader: NixSandbox = { ...machine.sandbox, dir: newFolder("reader") };
        const read = ["store", "cat", "--store", machine.host.substituter, `${path}/${link.member}`];
        assert.equal(await nixOrFail(reader, "nix", read), "ELF of debugged");
    });

    it("is written where it is wanted alone", async () => {
        const { outputs } = await debug("quiet");
        await push(outputs[0] ?? "");
        for (const key of debugLinkKeys(buildIdOf("quiet")))
            assert.equal(await cache.status("HEAD", key), 404);
    });

    it("stays as long as its path is kept alive, and so does the log, and nothing else does", async () => {
        const { outputs, drv } = await debug("alive");
        const other = await debug("dead");
        const [path = ""] = outputs;
        await push("--debug-info", "yes", path, other.outputs[0] ?? "");
        const { url } = parseNarinfo(String(await admin.read(narinfoKey(path))));
        const own = [...debugLinkKeys(buildIdOf("alive")), logKey(drv)];
        const others = [...debugLinkKeys(buildIdOf("dead")), logKey(other.drv)];
        for (const key of [...own, ...others, url, narinfoKey(path)]) await makeOld(admin, key, 20);
        const files = ["--host-config", machine.given().hostConfigFile];
        const { status, stdout, stderr } = await machine.cli("renew", [...files, "--upstream", "", path]);
        assert.equal(status, 0, stdout + stderr);
        for (const key of own) assert.equal(await daysLeft(admin, key), 30, key);
        for (const key of others) assert.equal(await daysLeft(admin, key), 10, key);
    });

    it("goes with its path, as the log does", async () => {
        const { outputs, drv } = await debug("gone");
        const [path = ""] = outputs;
        await push("--debug-info", "yes", path);
        const here = { connection: machine.stack.minio.connection, bucket: "debugs" };
        const doomed = await doomedPath(here, path);
        assert.ok(doomed !== undefined);
        await removePaths(here, await planRemoval(here, [doomed], false));
        for (const key of [narinfoKey(path), logKey(drv), ...debugLinkKeys(buildIdOf("gone"))])
            assert.equal(await cache.status("HEAD", key), 404, key);
        const [key = ""] = debugLinkKeys(buildIdOf("alive"));
        assert.equal(await cache.status("HEAD", key), 200, "another's stays");
    });
});
