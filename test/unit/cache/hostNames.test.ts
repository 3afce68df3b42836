import assert from "node:assert/strict";
import { isHost, isHostAndPort } from "../../../src/cache/hostNames.ts";

describe("a host", () => {
    for (const host of [
        "s3.homelab.local",
        "S3.Homelab.Local",
        "localhost",
        "nas_1",
        "xn--kse-qla.lan",
        "cache.homelab.local.",
        "10.0.0.1",
        "[::1]",
        "[fd00::1:2]",
        `${"a".repeat(63)}.lan`,
    ]) {
        it(`may be ${host.slice(0, 30)}, with a port or without`, () => {
            assert.equal(isHost(host), true);
            for (const port of ["", ":1", ":9000", ":65535"]) assert.equal(isHostAndPort(host + port), true);
            for (const port of [":", ":0", ":65536", ":s3", ":9000:1", ": 1", "/"])
                assert.equal(isHostAndPort(host + port), false, port);
        });
    }

    for (const host of [
        "",
        ".",
        "a..b",
        "-a",
        "a-",
        "$(id)",
        "a;id",
        "a`id`",
        "a'b",
        'a"b',
        "a&b",
        "a|b",
        "a b",
        "a\nb",
        "a\n",
        "${x}",
        "a!b",
        "a*",
        "a%24b",
        "käse.lan",
        "s３.lan",
        "1.2.3",
        "010.0.0.1",
        "0x7f.1",
        "256.0.0.1",
        "::1",
        "[::1",
        "[::g]",
        "[fe80::1%eth0]",
        "[10.0.0.1]",
        "a".repeat(64),
        "a.".repeat(127),
    ]) {
        it(`is not ${JSON.stringify(host).slice(0, 30)}`, () => {
            assert.equal(isHost(host), false);
            assert.equal(isHostAndPort(`${host}:9000`), false);
        });
    }
});
