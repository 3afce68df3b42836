import assert from "node:assert/strict";
import { Upstreams } from "../../src/content/upstream.ts";
import { contentChecks, type Extent } from "../../src/doctor/content.ts";
import type { Outputs } from "../../src/engine/target.ts";
import { signNarinfo } from "../../src/cache/narinfo.ts";
import { narinfoText, signedPaths, type Path } from "./doctoring/paths.ts";
import { Scene } from "./byHand/scene.ts";
import { Relay } from "./pushing/relay.ts";

const PATHS = 60;
/** Narinfos that the doctor looks at before it knows from one NAR how many days they have. */
const AT_ONCE = 16;

describe("nix-cache doctor's requests", function () {
    this.timeout(600_000);
    let s: Scene;
    let relay: Relay;
    let outputs: Outputs;
    let paths: Path[];

    before(async () => {
        s = await Scene.open("asked-for", { maxSize: "1GiB" });
        outputs = (await s.stack.outputs()) as unknown as Outputs;
        paths = [...signedPaths(PATHS + 1, outputs.secretKey)];
        for (const path of paths.slice(0, PATHS)) await put(path);
        relay = await Relay.start(s.stack.minio.connection, s.bucket);
    });
    after(() => relay.stop());

    async function put(path: Path): Promise<void> {
        assert.equal(await s.builder(s.one).status("PUT", path.info.url, path.nar.toString("latin1")), 200);
        assert.equal(await s.builder(s.one).status("PUT", path.key, narinfoText(path)), 200);
    }

    async function look(extent: Partial<Extent>) {
        relay.seen.splice(0);
        const all = { sample: undefined, narBytes: 0, all: true, upstreams: new Upstreams([], undefined) };
        const found = await contentChecks(outputs, { url: relay.url }, { ...all, ...extent });
        const keys = (method: string, pattern: RegExp) =>
            relay.seen.filter((one) => one.method === method && pattern.test(one.key)).map(({ key }) => key);
        return {
            ...found,
            listings: keys("GET", /^list-type=2.*max-keys=1000.*prefix=(&|$)/),
            narinfos: keys("GET", /\.narinfo$/),
            heads: { narinfos: keys("HEAD", /\.narinfo$/), nars: keys("HEAD", /^nar\//) },
        };
    }

    it("list the bucket once, and ask for each narinfo once and for few NARs, by --deep and with maxSize", async () => {
        const { checks, findings, listings, narinfos, heads } = await look({});
        assert.deepEqual(findings, []);
        assert.equal(checks.find(({ name }) => name === "size")?.result, "ok");
        assert.match(String(checks[0]?.seen), /^60 narinfos: signed, their NARs there$/);
        assert.equal(listings.length, 1);
        assert.equal(new Set(narinfos).size, PATHS);
        assert.equal(narinfos.length, PATHS);
        assert.deepEqual(heads.narinfos, []);
        assert.ok(heads.nars.length > 0 && heads.nars.length <= AT_ONCE, String(heads.nars.length));
    });

    it("list it once for a sample, where it is listed for its size", async () => {
        const { checks, listings, narinfos } = await look({ sample: 5 });
        assert.match(String(checks[0]?.seen), /^5 narinfos \(a sample\): signed/);
        assert.equal(listings.length, 1);
        assert.equal(new Set(narinfos).size, 5);
    });

    it("are made for what is not as it was listed: what was pushed meanwhile is no finding", async () => {
        const [first, last] = [paths[0]!, paths[PATHS]!];
        const references = [last.info.storePath.slice("/nix/store/".length)];
        const info = signNarinfo({ ...first.info, references, signatures: [] }, outputs.secretKey);
        let listed = false;
        relay.after = async ({ key }) => {
            if (listed || !/^list-type=2.*max-keys=1000/.test(key)) return;
            listed = true;
            await put(last);
            await s.builder(s.one).status("PUT", first.key, narinfoText({ ...first, info }));
        };
        const { findings, heads } = await look({});
        relay.after = () => Promise.resolve();
        assert.deepEqual(findings, []);
        assert.deepEqual(heads.narinfos, [last.key]);
    });

    it("find a NAR that is gone", async () => {
        const [, second] = paths;
        await s.admin.status("DELETE", second!.info.url);
        const { findings } = await look({});
        assert.deepEqual(
            findings.map(({ key, fault, wrong }) => [key, fault, wrong]),
            [[second!.key, "nar", `its NAR ${second!.info.url} answered 404`]],
        );
    });
});
