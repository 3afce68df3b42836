import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logKey } from "../../src/cache/besideNames.ts";
import { baseName, narinfoKey } from "../../src/cache/storePath.ts";
import { nix, nixOrFail, type NixSandbox } from "../../sandbox/nixCommand.ts";
import { maySkip } from "../skips.ts";
import type { Bucket } from "./objects.ts";
import { daysLeft, makeOld } from "./pinning/age.ts";
import { build, buildingMachine, pushNow } from "./pushing/build.ts";
import type { BuildMachine } from "./pushing/builder.ts";
import { newFolder } from "./world.ts";

describe("the logs of builds", function () {
    maySkip(this, "nix", "build");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let cache: Bucket;
    let admin: Bucket;

    before(async function () {
        ({ machine, cache, admin } = await buildingMachine(this, "logs"));
    });

    /** What `nix log` prints, for somebody who has nothing but the cache. */
    const log = (what: string) => {
        const reader: NixSandbox = { ...machine.sandbox, dir: newFolder("reader") };
        return nixOrFail(reader, "nix", ["log", "--store", machine.host.substituter, what]);
    };
    const push = (...args: string[]) => pushNow(machine, ...args);
    /** The file of a log in the store. */
    const fileOf = (drv: string) => {
        const folder = join(machine.store.root, "nix/var/log/nix/drvs", baseName(drv).slice(0, 2));
        const name = readdirSync(folder).find((one) => one.startsWith(baseName(drv).slice(2)));
        return join(folder, name ?? "");
    };

    it("are read by nix log from the cache: by path, by derivation, by anybody", async () => {
        const { outputs, drv } = await build(machine, "logged+1", "echo one; echo ⚑ >&2; echo done > $out");
        const [path = ""] = outputs;
        assert.match(fileOf(drv), /\.bz2$/, "Nix packs them");
        await push(path);
        const { status, headers } = await cache.request("HEAD", logKey(drv));
        assert.equal(status, 200);
        assert.equal(headers["content-type"], "text/plain; charset=utf-8");
        assert.equal(headers["content-encoding"], "gzip");
        assert.equal(await log(path), "one\n⚑");
        // Where its log is gone, Nix asks the caches that it has.
        rmSync(fileOf(drv));
        const conf = `substituters = ${machine.host.substituter}`;
        const own = ["log", "--store", machine.store.nix.store, drv];
        assert.equal(await nixOrFail(machine.sandbox, "nix", own, conf), "one\n⚑");
        assert.notEqual((await nix(machine.sandbox, "nix", own)).status, 0);
    });

    it("are read where Nix does not pack them, and are as long as they are", async () => {
        const script =
            "i=0; while [ $i -lt 20000 ]; do echo line $i of many; i=$((i+1)); done; echo x > $out";
        const { outputs, drv } = await build(machine, "long", script, {
            settings: "compress-build-log = false",
        });
        const lines = readFileSync(fileOf(drv), "utf8");
        assert.ok(lines.length > 300_000);
        await push(outputs[0] ?? "");
        assert.equal(`${await log(outputs[0] ?? "")}\n`, lines);
    });

    it("are sent once for all outputs of a build", async () => {
        const { outputs, drv } = await build(
            machine,
            "several",
            "echo both; echo $dev > $out; echo d > $dev",
            {
                attributes: 'outputs = [ "out" "dev" ];',
            },
        );
        assert.equal(outputs.length, 2);
        await push(outputs.find((one) => !one.endsWith("-dev")) ?? "");
        for (const what of outputs) assert.equal(await log(what), "both");
        const objects = (await cache.list()).filter(
            (key) => key.startsWith("log/") && key.endsWith("-several.drv"),
        );
        assert.deepEqual(objects, [logKey(drv)]);
    });

    it("are not sent where they are not to be", async () => {
        const { outputs, drv } = await build(machine, "secret", "echo password; echo s > $out");
        await push(outputs[0] ?? "", "--build-logs", "no");
        assert.equal(await cache.status("HEAD", narinfoKey(outputs[0] ?? "")), 200);
        assert.equal(await cache.status("HEAD", logKey(drv)), 404);
        const reader: NixSandbox = { ...machine.sandbox, dir: newFolder("reader") };
        const { status } = await nix(reader, "nix", [
            "log",
            "--store",
            machine.host.substituter,
            outputs[0] ?? "",
        ]);
        assert.notEqual(status, 0);
    });

    it("keep no path back when they cannot be read", async () => {
        const { outputs, drv } = await build(machine, "damaged", "echo damaged; echo d > $out");
        writeFileSync(fileOf(drv), "no bzip2");
        const said = await push(outputs[0] ?? "");
        assert.match(said, /^\/nix\/store\/\S+-damaged is pushed without its build log: .*not available$/m);
        assert.equal(await cache.status("HEAD", narinfoKey(outputs[0] ?? "")), 200);
        assert.equal(await cache.status("HEAD", logKey(drv)), 404);
    });

    it("stay as long as what refers to their path is pushed, with all that they were", async () => {
        const { outputs, drv } = await build(machine, "lib+=1", "echo lib; echo l > $out");
        const [lib = ""] = outputs;
        await push(lib);
        for (const key of [narinfoKey(lib), logKey(drv)]) await makeOld(admin, key, 20);
        assert.equal(await daysLeft(admin, logKey(drv)), 10);
        const app = await build(machine, "app", "echo $lib > $out", {
            attributes: `lib = builtins.appendContext "${lib}" { "${lib}" = { path = true; }; };`,
        });
        await push(app.outputs[0] ?? "");
        assert.equal(await daysLeft(admin, narinfoKey(lib)), 30);
        assert.equal(await daysLeft(admin, logKey(drv)), 30);
        assert.equal(await log(lib), "lib");
    });
});
