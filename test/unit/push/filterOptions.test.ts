import assert from "node:assert/strict";
import { givenFilters } from "../../../src/push/filterOptions.ts";
import { namesFiles, outdated, pushWishes } from "../../../src/push/options.ts";

describe("what is left out of a push", () => {
    it("is said by options, or else by the environment", () => {
        assert.deepEqual(givenFilters({}, {}), {});
        const env = {
            NIX_CACHE_UPSTREAM_KEYS: "a-1  b-1",
            NIX_CACHE_UPSTREAM_CACHES: "https://a.example http://b.example/c",
            NIX_CACHE_MAX_PATH_SIZE: "2GiB",
            NIX_CACHE_EXCLUDE: "*-source linux-*",
        };
        assert.deepEqual(givenFilters({}, env), {
            upstreamKeys: ["a-1", "b-1"],
            upstreamCaches: ["https://a.example", "http://b.example/c"],
            maxPathSize: 2 * 1024 ** 3,
            exclude: ["*-source", "linux-*"],
        });
        const options = {
            "upstream-key": [""],
            "upstream-cache": ["https://c.example"],
            "max-path-size": "10",
            exclude: ["x"],
        };
        assert.deepEqual(givenFilters(options, env), {
            upstreamKeys: [],
            upstreamCaches: ["https://c.example"],
            maxPathSize: 10,
            exclude: ["x"],
        });
        const none = { NIX_CACHE_UPSTREAM_CACHES: "", NIX_CACHE_MAX_PATH_SIZE: "", NIX_CACHE_EXCLUDE: "" };
        assert.deepEqual(givenFilters({}, none), { upstreamCaches: [], exclude: [] });
    });

    for (const [size, bytes] of [
        ["200MiB", 200 * 1024 ** 2],
        ["200M", 200 * 1024 ** 2],
        ["200MB", 200 * 1000 ** 2],
        ["1.5g", 1.5 * 1024 ** 3],
        ["1 TiB", 1024 ** 4],
        ["512kib", 512 * 1024],
        ["1000", 1000],
        ["1000B", 1000],
    ] as const) {
        it(`is told by a size: ${size}`, () =>
            assert.equal(givenFilters({ "max-path-size": size }, {}).maxPathSize, bytes));
    }

    for (const [options, env, reason] of [
        ...["0", "-1", "x", "1e3", "5 parsecs", "MiB", "99999999TiB", "1 iB"].map(
            (size) =>
                [
                    { "max-path-size": size },
                    {},
                    /^--max-path-size is ".*"; it must be a size such as 200MiB or 2GB$/,
                ] as [{ "max-path-size": string }, NodeJS.ProcessEnv, RegExp],
        ),
        [{}, { NIX_CACHE_MAX_PATH_SIZE: "big" }, /^NIX_CACHE_MAX_PATH_SIZE is "big"; it must be a size/],
        [
            { "upstream-cache": ["s3://x"] },
            {},
            /^--upstream-cache has "s3:\/\/x"; it must be the http or https/,
        ],
        [{}, { NIX_CACHE_UPSTREAM_CACHES: "cache" }, /^NIX_CACHE_UPSTREAM_CACHES has "cache"; it must be/],
    ] satisfies [Parameters<typeof givenFilters>[0], NodeJS.ProcessEnv, RegExp][]) {
        it(`is refused: ${JSON.stringify({ ...options, ...env })}`, () =>
            assert.throws(() => givenFilters(options, env), { name: "UsageError", message: reason }));
    }
});

describe("how paths are pushed", () => {
    it("is said by options, or else by the environment", () => {
        const env = { NIX_CACHE_COMPRESSION: "none", NIX_CACHE_LEVEL: "9", NIX_CACHE_UPLOADS: "4" };
        const { compression, level, uploadsAtOnce } = pushWishes({}, env);
        assert.deepEqual([compression, level, uploadsAtOnce], ["none", 9, 4]);
        assert.equal(pushWishes({ compression: "zstd" }, env).compression, "zstd");
        assert.equal(pushWishes({}, { NIX_CACHE_COMPRESSION: "" }).compression, undefined);
        assert.equal(pushWishes({}, {}).buildLogs, undefined);
        assert.equal(pushWishes({}, { NIX_CACHE_BUILD_LOGS: "no" }).buildLogs, false);
        assert.equal(pushWishes({}, { NIX_CACHE_DEBUG_INFO: "yes" }).debugInfo, true);
        assert.equal(pushWishes({ "build-logs": "yes" }, { NIX_CACHE_BUILD_LOGS: "no" }).buildLogs, true);
    });

    for (const [options, env, reason] of [
        [{ compression: "xz" }, {}, /^--compression is "xz"; it must be zstd or none, which every Nix/],
        [{ compression: "lz4" }, {}, /^--compression is "lz4"; it must be zstd or none$/],
        [{}, { NIX_CACHE_COMPRESSION: "br" }, /^NIX_CACHE_COMPRESSION is "br"; it must be zstd or none/],
        [{ level: "20" }, {}, /^--level must be a whole number from 1 to 19$/],
        [{}, { NIX_CACHE_LEVEL: "fast" }, /^NIX_CACHE_LEVEL must be a whole number from 1 to 19$/],
        [{ "build-logs": "off" }, {}, /^--build-logs is "off"; it must be yes or no$/],
        [{}, { NIX_CACHE_BUILD_LOGS: "0" }, /^NIX_CACHE_BUILD_LOGS is "0"; it must be yes or no$/],
        [{ uploads: "0" }, {}, /^--uploads must be a whole number from 1 to 256$/],
    ] as const) {
        it(`is refused: ${JSON.stringify({ ...options, ...env })}`, () =>
            assert.throws(() => pushWishes(options, env), { name: "UsageError", message: reason }));
    }

    it("says of what has no effect any more that it is to be removed", () => {
        assert.equal(outdated({}), undefined);
        assert.equal(outdated({ NIX_CACHE_TRANSPORT: "" }), undefined);
        assert.match(outdated({ NIX_CACHE_TRANSPORT: "file" }) ?? "", /no effect any more; remove it/);
    });

    it("takes a machine's files where they are named, and not for a variable of other programs", () => {
        assert.equal(namesFiles({}, { AWS_SHARED_CREDENTIALS_FILE: "x" }), false);
        assert.equal(namesFiles({}, { NIX_CACHE_HOST_CONFIG_FILE: "x" }), true);
        assert.equal(namesFiles({ "signing-key": "k" }, {}), true);
    });
});
