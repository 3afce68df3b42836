import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { doomedPath } from "../../src/mend/doomed.ts";
import { planRemoval } from "../../src/mend/removalPlan.ts";
import { removePaths } from "../../src/mend/removePaths.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { nix, removeStore, storeUrl, type NixSandbox } from "../../sandbox/nixCommand.ts";
import { maySkip } from "../skips.ts";
import type { Bucket } from "./objects.ts";
import { daysLeft, makeOld } from "./pinning/age.ts";
import { build, buildingMachine, instantiate, pushNow } from "./pushing/build.ts";
import type { BuildMachine } from "./pushing/builder.ts";
import { newFolder } from "./world.ts";

const FEATURE = "extra-experimental-features = ca-derivations";
const ADDRESSED = '__contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256";';
/** Something that refers to something, both content-addressed. */
const APP = `${ADDRESSED} lib = derivation { name = "ca-lib"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo lib > $out" ]; PATH = "/usr/bin:/bin"; ${ADDRESSED} };`;
const SCRIPT = "echo app of $lib > $out";

describe("build traces of content-addressed derivations", function () {
    maySkip(this, "nix", "build");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let cache: Bucket;
    let admin: Bucket;
    let app: string;
    let keys: string[];

    before(async function () {
        ({ machine, cache, admin } = await buildingMachine(this, "traces"));
        const built = await build(machine, "ca-app", SCRIPT, { attributes: APP, settings: FEATURE });
        app = built.outputs[0] ?? "";
        await push(app);
        keys = (await cache.list()).filter((key) => key.startsWith("realisations/"));
    });

    const push = (...args: string[]) => pushNow(machine, ...args);

    /** A machine that builds nothing is asked for the derivation's output. */
    const realise = async (nixConf: string) => {
        const dir = newFolder("reader");
        const sandbox: NixSandbox = { ...machine.sandbox, dir: join(dir, "home") };
        mkdirSync(sandbox.dir);
        const store = storeUrl(join(dir, "store"));
        const drv = await instantiate(sandbox, store, "ca-app", SCRIPT, APP, FEATURE);
        const conf = [nixConf, FEATURE, "max-jobs = 0"].join("\n");
        const outcome = await nix(sandbox, "nix-store", ["--store", store, "--realise", drv], conf);
        removeStore(dir);
        return outcome;
    };

    it("let real Nix substitute a derivation whose output nobody could know, signatures required", async () => {
        assert.ok(keys.length >= 2, "one of each derivation, and of what it was resolved to");
        for (const key of keys) assert.match(key, /^realisations\/sha256:[0-9a-f]{64}!out\.doi$/);
        const { status, stdout, stderr } = await realise(machine.host.nixConf);
        assert.equal(status, 0, stderr);
        assert.equal(stdout.trim(), app);
    });

    it("have the signatures that Nix makes with the same key", async () => {
        const { signingKeyFile } = machine.given();
        const { outputs } = await build(machine, "ca-signed", "echo signed; echo $lib > $out", {
            attributes: APP.replace("ca-lib", "ca-signed-lib").replace("echo lib >", "echo signed lib >"),
            settings: `${FEATURE}\nsecret-key-files = ${signingKeyFile}`,
        });
        const others = new Set(keys);
        await push(outputs[0] ?? "");
        const made = (await cache.list()).filter(
            (key) => key.startsWith("realisations/") && !others.has(key),
        );
        const counts = new Set<number>();
        for (const key of made) {
            const { signatures, dependentRealisations } = JSON.parse(String(await cache.read(key))) as {
                signatures: string[];
                dependentRealisations: object;
            };
            // Of what it refers to there is a second one, which Nix 2.34 checks.
            const isShort = Object.keys(dependentRealisations).length === 0;
            assert.equal(signatures.length, isShort ? 1 : 2, `${key}: Nix's own, and no other`);
            counts.add(signatures.length);
        }
        assert.deepEqual([...counts].sort(), [1, 2]);
    });

    it("are renewed with their path, and stay as they are when it is pushed again", async () => {
        const before = await Promise.all(keys.map((key) => cache.read(key)));
        await push(app);
        assert.deepEqual(await Promise.all(keys.map((key) => cache.read(key))), before);
        for (const key of keys) await makeOld(admin, key, 20);
        const files = ["--host-config", machine.given().hostConfigFile];
        const { status, stdout, stderr } = await machine.cli("renew", [...files, "--upstream", "", app]);
        assert.equal(status, 0, stdout + stderr);
        for (const key of keys) assert.equal(await daysLeft(admin, key), 30, key);
    });

    it("go with their path, and leave those of others", async () => {
        const here = { connection: machine.stack.minio.connection, bucket: "traces" };
        const doomed = await doomedPath(here, app);
        assert.ok(doomed !== undefined);
        const of = await Promise.all(keys.map(async (key) => String(await cache.read(key))));
        await removePaths(here, await planRemoval(here, [doomed], false));
        assert.equal(await cache.status("HEAD", narinfoKey(app)), 404);
        for (const [index, key] of keys.entries()) {
            const isOfApp = of[index]?.includes('-ca-app","signatures"') === true;
            assert.equal(await cache.status("HEAD", key), isOfApp ? 404 : 200, key);
        }
        assert.ok(of.some((text) => text.includes('-ca-lib","signatures"')));
    });
});
