import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { formatNarinfo } from "../../../src/cache/narinfo.ts";
import { fitsPattern } from "../../../src/cache/namePattern.ts";
import { baseName } from "../../../src/cache/storePath.ts";
import { sieve } from "../../../src/push/batch/filters.ts";
import { shares } from "../../../src/push/batch/shares.ts";
import { Upstreams } from "../../../src/push/batch/upstreams.ts";
import type { Filters } from "../../../src/push/settings.ts";
import type { Member } from "../../../src/store/closure.ts";

const path = (name: string) => `/nix/store/${name.padStart(32, "0")}-${name}`;
const member = (name: string, references: readonly string[] = [], more: Partial<Member> = {}): Member => ({
    path: path(name),
    references: references.map(path),
    narHash: "sha256:x",
    narSize: 100,
    signatures: [],
    ...more,
});
const NONE: Filters = { upstreamKeys: [], upstreamCaches: [], exclude: [] };

describe("a pattern of names", () => {
    for (const [pattern, name, fits] of [
        ["*", "", true],
        ["*-source", "linux-source", true],
        ["*-source", "linux-sources", false],
        ["nixos-system-*", "nixos-system-x-25.05", true],
        ["a?c", "abc", true],
        ["a?c", "ac", false],
        ["a.c", "abc", false],
        ["*a*b*", "xxaxxbxx", true],
        ["[ab]", "a", false],
        ["", "a", false],
    ] as const)
        it(`${pattern} ${fits ? "fits" : "does not fit"} ${name}`, () =>
            assert.equal(fitsPattern(pattern, name), fits));

    it("means what the same regular expression means", () => {
        const text = (letters: string) =>
            fc.array(fc.constantFrom(...Array.from(letters)), { maxLength: 8 }).map((all) => all.join(""));
        fc.assert(
            fc.property(text("ab*?"), text("ab"), (pattern, name) => {
                const expression = pattern.replaceAll("*", ".*").replaceAll("?", ".");
                assert.equal(fitsPattern(pattern, name), new RegExp(`^${expression}$`).test(name));
            }),
        );
    });

    it("takes no longer for many stars", () => {
        assert.equal(fitsPattern(`${"*a".repeat(100)}b`, "a".repeat(211)), false);
    });
});

describe("what filters leave out", () => {
    const sieved = (filters: Partial<Filters>, members: readonly Member[], there: readonly string[] = []) => {
        const isThere = new Set(there.map(path));
        return sieve({ ...NONE, ...filters }, new Upstreams([]), members, (one) => isThere.has(one));
    };

    it("what an upstream key signed, which whoever refers to it may", async () => {
        const members = [member("glibc", [], { signatures: ["up-1:x"] }), member("app", ["glibc"])];
        const { elsewhere, leftOut, counts } = await sieved({ upstreamKeys: ["up-1"] }, members);
        assert.deepEqual([...elsewhere], [path("glibc")]);
        assert.equal(leftOut.size, 0);
        assert.deepEqual(counts, { upstreamKey: 1, upstreamCache: 0, tooLarge: 0, pattern: 0 });
    });

    it("what is too large, and all that refers to it, with the reason", async () => {
        const members = [
            member("big", [], { narSize: 3 * 1024 ** 3 }),
            member("lib", ["big"]),
            member("app", ["lib"]),
            member("other"),
        ];
        const { leftOut, counts } = await sieved({ maxPathSize: 1024 ** 3 }, members);
        assert.deepEqual([...leftOut.keys()], ["big", "lib", "app"].map(path));
        const why = "it has 3 GiB, and a path may have 1 GiB";
        assert.equal(leftOut.get(path("big"))?.reason, why);
        assert.equal(leftOut.get(path("app"))?.reason, `it refers to ${path("big")}: ${why}`);
        assert.equal(counts.tooLarge, 3);
    });

    it("what has an excluded name, by the name alone", async () => {
        const members = [member("x-source"), member("app", ["x-source"])];
        const { leftOut, counts } = await sieved({ exclude: ["0*", "*-source"] }, members);
        assert.equal(leftOut.get(path("x-source"))?.reason, "its name is excluded (*-source)");
        assert.deepEqual([leftOut.size, counts.pattern], [2, 2]);
    });

    it("nothing that the cache has, nor what refers to it", async () => {
        const members = [member("big", [], { narSize: 10 }), member("app", ["big"], { narSize: 1 })];
        const { leftOut } = await sieved({ maxPathSize: 1 }, members, ["big"]);
        assert.equal(leftOut.size, 0);
    });
});

describe("another cache", () => {
    let asked: string[];
    let answer: (key: string) => string | number;
    const server = createServer((request, response) => {
        const key = (request.url ?? "").split("/").at(-1) ?? "";
        asked.push(request.url ?? "");
        const given = answer(key);
        if (typeof given === "number") response.writeHead(given).end();
        else response.end(given);
    });
    let url: string;

    before(async () => {
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });
    beforeEach(() => (asked = []));

    const narinfo = (name: string) =>
        formatNarinfo({
            storePath: path(name),
            url: "nar/x.nar",
            compression: "none",
            narHash: `sha256:${"0".repeat(52)}`,
            narSize: 1,
            references: [],
            signatures: [],
        });

    it("is asked for each narinfo once, and what it has is skipped", async () => {
        answer = (key) => (key === `${"a".padStart(32, "0")}.narinfo` ? narinfo("a") : 404);
        const upstreams = new Upstreams([`${url}/some/cache/`]);
        for (let round = 0; round < 2; round++)
            assert.deepEqual([...(await upstreams.have(["a", "b"].map(path)))], [path("a")]);
        assert.deepEqual(
            asked.sort(),
            ["a", "b"].map((name) => `/some/cache/${baseName(path(name)).slice(0, 32)}.narinfo`),
        );
        const later = Date.now() + 6 * 60_000;
        await upstreams.have(["a", "b"].map(path), later);
        assert.equal(asked.length, 3, "what it lacked is asked for again after a while");
    });

    it("has nothing where it answers something else, another path, or not at all", async () => {
        answer = () => "<html>log in</html>";
        assert.equal((await new Upstreams([url]).have([path("a")])).size, 0);
        answer = () => narinfo("other");
        assert.equal((await new Upstreams([url]).have([path("a")])).size, 0);
        answer = () => 500;
        assert.equal((await new Upstreams([url]).have([path("a")])).size, 0);
        assert.equal((await new Upstreams(["http://127.0.0.1:9"]).have([path("a")])).size, 0);
    });

    it("is asked for what those before it lack", async () => {
        answer = (key) =>
            asked.at(-1)?.startsWith("/two/") === true && key.startsWith("0") ? narinfo("a") : 404;
        const found = await new Upstreams([`${url}/one`, `${url}/two`]).have([path("a")]);
        assert.deepEqual([...found], [path("a")]);
    });
});

describe("what each of several paths brings", () => {
    it("is counted once, with the first that has it", () => {
        const members = new Map(
            [member("base"), member("a", ["base"]), member("b", ["base", "a"])].map((one) => [one.path, one]),
        );
        const all = shares([path("a"), path("b")], members);
        const names = (root: string) =>
            all
                .get(path(root))
                ?.map((one) => baseName(one.path).slice(33))
                .sort();
        assert.deepEqual([names("a"), names("b")], [["a", "base"], ["b"]]);
    });
});
