import assert from "node:assert/strict";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expiryOf } from "../../src/cache/expiryDates.ts";
import { parseNarinfo, verifyNarinfo } from "../../src/cache/narinfo.ts";
import { baseName, listingKey, narinfoKey } from "../../src/cache/storePath.ts";
import type { Outcome, PushEvent } from "../../src/push/batch/outcome.ts";
import { pushBatch } from "../../src/push/batch/pushBatch.ts";
import { readSettings, type GivenSettings } from "../../src/push/settings.ts";
import { nixOrFail, storeUrl } from "../../sandbox/nixCommand.ts";
import { maySkip, skip } from "../skips.ts";
import { Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { Relay } from "./pushing/relay.ts";
import { pathOf, UPSTREAM_KEY, type Spec } from "./pushing/store.ts";
import { newFolder, theWorld } from "./world.ts";

const DAY_MS = 86_400_000;

describe("a push of many paths", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let admin: Bucket;
    let relay: Relay;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("batches");
        admin = new Bucket(machine.stack.minio.connection, "batches");
        relay = await Relay.start(machine.stack.minio.connection, "batches");
    });
    after(() => relay.stop());
    beforeEach(() => {
        relay.seen.length = 0;
        relay.treat = () => "pass";
        relay.after = () => Promise.resolve();
    });

    const push = (paths: readonly string[], more: Partial<GivenSettings> = {}, now?: () => number) => {
        const events: PushEvent[] = [];
        const settings = readSettings({ ...machine.given(relay.url), ...more });
        const onProgress = (event: PushEvent) => events.push(event);
        return pushBatch(settings, paths, { onProgress, ...(now === undefined ? {} : { now }) }).then(
            (outcomes) => ({ outcomes, events, kinds: [...outcomes.values()].map(({ kind }) => kind) }),
        );
    };
    /** A graph of so many paths: each refers to some before it, the first to none. */
    const graph = async (name: string, count: number): Promise<string[]> => {
        const names = Array.from({ length: count }, (_, n) => `${name}-${n}`);
        return machine.store.add(
            names.map((one, n): Spec => {
                const before = [n - 1, Math.floor(n / 2), Math.floor(n / 3)].filter(
                    (at) => at >= 0 && at < n,
                );
                const references = [...new Set(before)].map((at) => pathOf(names[at] ?? ""));
                return { name: one, contents: `${one} ${references.join(" ")}`, references };
            }),
        );
    };
    const reason = (outcome: Outcome | undefined) =>
        outcome?.kind === "failed"
            ? outcome.error.message
            : outcome?.kind === "leftOut"
              ? outcome.reason
              : "";

    it("makes each visible after its NAR and after all that it refers to, and asks for each once", async () => {
        const paths = await graph("ordered", 60);
        const { outcomes, events } = await push(paths.slice(-3));
        assert.deepEqual([...outcomes.keys()], paths.slice(-3));
        const puts = new Map(
            relay.seen.filter(({ method }) => method === "PUT").map((one) => [one.key, one]),
        );
        for (const path of paths) {
            const narinfo = puts.get(narinfoKey(path));
            assert.ok(narinfo?.status === 200, path);
            const info = parseNarinfo(String(await admin.read(narinfoKey(path))));
            const others = info.references.map((name) => narinfoKey(`/nix/store/${name}`));
            for (const key of [info.url, listingKey(path), ...others]) {
                const before = puts.get(key);
                assert.ok(
                    before !== undefined && before.ended < narinfo.came,
                    `${key} before ${narinfo.key}`,
                );
            }
            const asked = relay.seen.filter(({ method, key }) => method === "GET" && key === narinfo.key);
            assert.equal(asked.length, 1);
        }
        const planned = events.find((event) => event.kind === "planned");
        assert.deepEqual([planned?.paths, planned?.there], [60, 0]);
        assert.equal(events.filter(({ kind }) => kind === "nar").length, 60);
        assert.equal((await substitute(machine, paths.slice(-1))).length, 60);
    });

    it("asks Nix in one process, and writes nothing, where all is there", async () => {
        const paths = await graph("there", 200);
        await push(paths);
        relay.seen.length = 0;
        const { bin, starts } = counted(machine.sandbox.nix);
        const { kinds, events } = await push(paths, { nix: { ...machine.store.nix, bin } });
        assert.deepEqual([...new Set(kinds)], ["pushed"]);
        assert.equal(starts(), 1);
        assert.deepEqual([...new Set(relay.seen.map(({ method }) => method))].sort(), ["GET", "HEAD"]);
        // A narinfo each, and what NARs there are in pages, or one by one.
        assert.ok(relay.seen.length <= 400, String(relay.seen.length));
        const planned = events.find((event) => event.kind === "planned");
        assert.deepEqual([planned?.paths, planned?.there], [0, 200]);
    });

    it("keeps those alone that refer to what fails, with the reason", async () => {
        const paths = await graph("partly", 40);
        const [lone = "", damaged = ""] = await machine.store.add([
            { name: "lone", contents: "lone" },
            { name: "damaged", contents: "whole" },
        ]);
        const [on = ""] = await machine.store.add([
            { name: "on-damaged", contents: damaged, references: [damaged, lone] },
        ]);
        const file = join(machine.store.root, damaged);
        chmodSync(file, 0o644);
        appendFileSync(file, "x");
        const nowhere = pathOf("nowhere");
        const { outcomes } = await push([nowhere, on, ...paths]);
        for (const path of paths) assert.equal(outcomes.get(path)?.kind, "pushed");
        assert.match(reason(outcomes.get(on)), new RegExp(`^${damaged} is damaged: `));
        assert.match(reason(outcomes.get(nowhere)), /is not valid/);
        for (const path of [damaged, on]) assert.equal(await admin.status("HEAD", narinfoKey(path)), 404);
        assert.equal(await admin.status("HEAD", narinfoKey(lone)), 200, "what it refers to is good");
        assert.equal((await substitute(machine, paths.slice(-1))).length, 40);
    });

    it("writes all that Nix writes of a path, and the signatures that it had", async () => {
        const deriver = `${"d".repeat(32)}-x.drv`;
        const [other = ""] = await machine.store.add([{ name: "other", contents: "other" }]);
        const [full = "", foreign = ""] = await machine.store.add([
            { name: "full", contents: "full", references: [other], itself: true, deriver },
            { name: "foreign", contents: "foreign", upstream: true },
        ]);
        const text = join(newFolder("text"), "text");
        writeFileSync(text, "by its content");
        const added = ["--store", storeUrl(machine.store.root), "--add", text];
        const fixed = (await nixOrFail(machine.sandbox, "nix-store", added)).trim();
        await push([full, foreign, fixed], { upstreamKeys: [] });
        const info = async (path: string) => parseNarinfo(String(await admin.read(narinfoKey(path))));
        const of = await info(full);
        assert.deepEqual(of.references, [baseName(full), baseName(other)].sort());
        assert.equal(of.deriver, deriver);
        assert.match(of.url, /^nar\/[0-9a-z]{52}\.nar\.zst$/);
        assert.ok((of.fileSize ?? 0) > 0 && of.fileHash !== undefined);
        assert.match((await info(fixed)).ca ?? "", /^fixed:r:sha256:/);
        const signed = await info(foreign);
        assert.ok(verifyNarinfo(signed, [UPSTREAM_KEY.publicKey]));
        assert.ok(verifyNarinfo(signed, machine.host.trustedPublicKeys));
        assert.equal((await substitute(machine, [full, fixed])).length, 3);
        const listed = ["store", "ls", "--store", machine.host.substituter, "--json", full];
        assert.match(await nixOrFail(machine.sandbox, "nix", listed), /"type":"regular"/);
    });

    it("leaves out what filters say, with what refers to it, and says why", async () => {
        const [big = "", source = "", lib = ""] = await machine.store.add([
            { name: "big", contents: "x".repeat(10_000) },
            { name: "linux-source", contents: "source" },
            { name: "lib", contents: "lib" },
        ]);
        const [onBig = "", onSource = "", onLib = ""] = await machine.store.add([
            { name: "on-big", contents: big, references: [big] },
            { name: "uses-it", contents: source, references: [source] },
            { name: "on-lib", contents: lib, references: [lib] },
        ]);
        const filters = { maxPathSize: 5_000, exclude: ["*-source"] };
        const { outcomes, events } = await push([onBig, onSource, onLib], filters);
        assert.equal(
            reason(outcomes.get(onBig)),
            `it refers to ${big}: it has 9.9 KiB, and a path may have 4.9 KiB`,
        );
        assert.equal(
            reason(outcomes.get(onSource)),
            `it refers to ${source}: its name is excluded (*-source)`,
        );
        assert.equal(outcomes.get(onLib)?.kind, "pushed");
        for (const path of [big, onBig, onSource])
            assert.equal(await admin.status("HEAD", narinfoKey(path)), 404);
        const planned = events.find((event) => event.kind === "planned");
        assert.deepEqual(planned?.filtered, { upstreamKey: 0, upstreamCache: 0, tooLarge: 2, pattern: 2 });
    });

    it("skips what another cache has, which is asked", async () => {
        const paths = await graph("elsewhere", 10);
        const theirs = paths.slice(0, 5);
        const keys = new Set(theirs.map((path) => `/${narinfoKey(path)}`));
        const server = createServer(({ url = "" }, response) => {
            if (keys.has(url)) response.end(readFileSync(join(machine.store.origin, url)));
            else response.writeHead(404).end();
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        try {
            const { kinds, events } = await push(paths, { upstreamCaches: ["http://127.0.0.1:9", upstream] });
            assert.deepEqual([...new Set(kinds)], ["pushed"]);
            const planned = events.find((event) => event.kind === "planned");
            assert.deepEqual([planned?.paths, planned?.filtered.upstreamCache], [5, 5]);
        } finally {
            server.closeAllConnections();
            server.close();
        }
        for (const path of paths)
            assert.equal(await admin.status("HEAD", narinfoKey(path)), theirs.includes(path) ? 404 : 200);
    });

    it("renews what was written before midnight, when what refers to it was written after", async () => {
        const paths = await graph("midnight", 6);
        const first = new Set(paths.slice(0, 3).map(narinfoKey));
        // The real server's clock cannot be moved: what is written first is made a day older at once.
        relay.after = async ({ method, key, status }) => {
            if (method !== "PUT" || status !== 200 || !first.has(key)) return;
            first.delete(key);
            const { body, headers } = await admin.request("GET", key);
            const time = new Date(Date.now() - DAY_MS).toISOString();
            const type = { "Content-Type": String(headers["content-type"]) };
            await admin.request("PUT", key, { body, headers: { ...type, "x-minio-source-mtime": time } });
        };
        const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
        const { kinds } = await push(paths, {}, () => midnight);
        assert.deepEqual([...new Set(kinds)], ["pushed"]);
        assert.equal(first.size, 0);
        const until = async (key: string) => expiryOf((await admin.request("HEAD", key)).headers);
        for (const path of paths) {
            const info = parseNarinfo(String(await admin.read(narinfoKey(path))));
            const mine = await until(narinfoKey(path));
            assert.ok((await until(info.url)) >= mine);
            for (const name of info.references)
                assert.ok((await until(narinfoKey(`/nix/store/${name}`))) >= mine, `${name} of ${path}`);
        }
        await everyNarOutlives(machine);
    });
});

/** A folder with programs that start the real ones, and how often that was. */
function counted(real: string): { bin: string; starts: () => number } {
    const bin = newFolder("counted");
    const log = join(bin, "starts");
    mkdirSync(bin, { recursive: true });
    for (const name of ["nix", "nix-store"]) {
        writeFileSync(join(bin, name), `#!/bin/sh\necho x >> '${log}'\nexec '${join(real, name)}' "$@"\n`);
        chmodSync(join(bin, name), 0o755);
    }
    return { bin, starts: () => readFileSync(log, "utf8").trim().split("\n").length };
}
