import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { parseNarinfo, type NarInfo } from "../../src/cache/narinfo.ts";
import { expiryOf } from "../../src/cache/expiryDates.ts";
import { readSettings } from "../../src/push/settings.ts";
import { renew } from "../../src/s3/renew.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { putStream } from "../../src/s3/putStream.ts";
import { maySkip, skip } from "../skips.ts";
import { Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { makeOld } from "./pinning/age.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { Relay } from "./pushing/relay.ts";
import { theWorld } from "./world.ts";

const DAY_MS = 86_400_000;
const MIB = 1024 ** 2;

describe("the push service, in a cache that expires", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let admin: Bucket;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("renews");
        admin = new Bucket(machine.stack.minio.connection, "renews");
    });

    /** Days until an object goes, in whole days. */
    const days = async (key: string) =>
        Math.floor((expiryOf((await admin.request("HEAD", key)).headers) - Date.now()) / DAY_MS);
    const age = (key: string, old: number) => makeOld(admin, key, old);
    const narinfo = async (path: string): Promise<NarInfo> =>
        parseNarinfo(String(await admin.read(narinfoKey(path))));

    it("renews the NAR of a path that is pushed again after its narinfo has expired", async () => {
        const [path = ""] = await machine.store.add([{ name: "again", contents: "again" }]);
        machine.queue.add(path, 10);
        await machine.push();
        const { url } = await narinfo(path);
        await age(url, 33);
        await age(narinfoKey(path), 33);
        assert.equal(await admin.status("GET", narinfoKey(path)), 404, "its narinfo has expired");
        assert.equal(await days(url), 4, "its NAR goes soon");

        machine.queue.add(path, 10);
        const lines = await machine.push();
        assert.match(lines.join("\n"), /1 of 1 uploaded, 0 left to other caches, 1 renewed/);
        assert.equal(await days(url), 37);
        assert.equal(await days(narinfoKey(path)), 30);
        assert.deepEqual(await substitute(machine, [path]), [path]);
    });

    it("renews the NAR that a path shares with one that was pushed long before", async () => {
        const [one = "", two = ""] = await machine.store.add([
            { name: "one", contents: "the same" },
            { name: "two", contents: "the same" },
        ]);
        machine.queue.add(one, 10);
        await machine.push();
        const { url } = await narinfo(one);
        await age(url, 20);
        await age(narinfoKey(one), 20);

        machine.queue.add(two, 10);
        await machine.push();
        assert.equal((await narinfo(two)).url, url);
        assert.equal(await days(url), 37);
        assert.equal(await days(narinfoKey(two)), 30);
        assert.equal(await days(narinfoKey(one)), 10, "it was not pushed again");
        assert.deepEqual((await substitute(machine, [one, two])).sort(), [one, two].sort());
    });

    it("keeps what a path refers to as long as the path itself", async () => {
        const [old = ""] = await machine.store.add([{ name: "old", contents: "old" }]);
        machine.queue.add(old, 10);
        await machine.push();
        const { url } = await narinfo(old);
        await age(url, 25);
        await age(narinfoKey(old), 25);
        const [young = ""] = await machine.store.add([{ name: "young", contents: old, references: [old] }]);
        machine.queue.add(young, 10);
        await machine.push();
        assert.equal(await days(narinfoKey(old)), 30);
        assert.equal(await days(url), 37);
        assert.deepEqual((await substitute(machine, [young])).sort(), [old, young].sort());
        const { headers } = await admin.request("HEAD", narinfoKey(old));
        assert.equal(headers["content-type"], "text/x-nix-narinfo", "it is as before but for its age");
    });

    it("pushes again what lost its NAR, and signs again what has a signature that counts no more", async () => {
        const [lost = "", unsigned = ""] = await machine.store.add([
            { name: "lost", contents: "lost" },
            { name: "unsigned", contents: "unsigned" },
        ]);
        for (const path of [lost, unsigned]) machine.queue.add(path, 10);
        await machine.push();
        await admin.status("DELETE", (await narinfo(lost)).url);
        const text = String(await admin.read(narinfoKey(unsigned)));
        await admin.status("PUT", narinfoKey(unsigned), text.replace(/^Sig: .*$/m, "Sig: other-1:AAAA"));
        for (const path of [lost, unsigned]) machine.queue.add(path, 10);
        await machine.push();
        assert.equal((await substitute(machine, [lost, unsigned])).length, 2);
    });

    it("uploads large objects in parts and renews them in one request, with a builder's rights", async () => {
        const { cache } = readSettings(machine.given());
        const content = Buffer.alloc(12 * MIB + 1, "nix");
        await putStream(cache, "nar/large.nar", Readable.from([content]), {
            contentType: "application/x-nix-nar",
        });
        const uploaded = await admin.request("GET", "nar/large.nar");
        assert.ok(uploaded.body.equals(content));
        assert.match(String(uploaded.headers.etag), /-3"$/, "in three parts");
        await age("nar/large.nar", 30);
        assert.equal(await days("nar/large.nar"), 7);
        await renew(cache, "nar/large.nar");
        const renewed = await admin.request("GET", "nar/large.nar");
        assert.ok(renewed.body.equals(content));
        assert.equal(renewed.headers["content-type"], "application/x-nix-nar");
        assert.equal(await days("nar/large.nar"), 37);
    });

    for (const [server, treatment, requests] of [
        ["MinIO", "pass", ["PUT", "PUT"]],
        ["Amazon", { status: 400, code: "InvalidRequest" }, ["HEAD", "PUT", "HEAD", "PUT"]],
        ["others", { status: 501, code: "NotImplemented" }, ["HEAD", "PUT", "HEAD", "PUT"]],
    ] as const)
        it(`keeps all that an object has when it is renewed, where copies are answered as by ${server}`, async () => {
            const { cache } = readSettings(machine.given());
            const relay = await Relay.start(cache.connection, cache.bucket);
            relay.treat = (_method, _key, headers) =>
                headers["x-amz-tagging-directive"] === undefined ? "pass" : treatment;
            const key = "nar/renewed.nar";
            const headers = {
                "content-type": "application/x-nix-nar",
                "content-encoding": "br",
                "cache-control": "max-age=5",
                "x-amz-meta-file-hash": `a+b/= & "c" < d`,
            };
            const heads = async () => (await admin.request("HEAD", key)).headers;
            try {
                const time = new Date(Date.now() - 30 * DAY_MS).toISOString();
                const old = { ...headers, "x-minio-source-mtime": time };
                await admin.request("PUT", key, { body: "content", headers: old });
                assert.equal(await days(key), 7);
                const relayed = { ...cache, connection: { ...cache.connection, url: relay.url } };
                await renew(relayed, key);
                await renew(relayed, key);
                assert.deepEqual(
                    relay.seen.map(({ method }) => method),
                    requests,
                );
                const kept = await heads();
                for (const [name, value] of Object.entries(headers)) assert.equal(kept[name], value);
                assert.equal(await days(key), 37);
                await assert.rejects(renew(relayed, "nar/none.nar"), /nar\/none\.nar was there and is gone/);
            } finally {
                await relay.stop();
                await admin.status("DELETE", key);
            }
        });

    it("leaves no NAR behind that goes before its narinfo", async () => {
        assert.ok((await everyNarOutlives(machine)) >= 7);
    });
});
