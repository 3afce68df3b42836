import assert from "node:assert/strict";
import { cacheInfo, singlePartEtag } from "../../../src/cache/cacheInfo.ts";
import { CACHE_INFO_NAME, CACHE_INFO_TYPE } from "../../../src/cache/managedObjects.ts";

describe("nix-cache-info", () => {
    it("has the name and the content type that Nix gives it", () => {
        assert.equal(CACHE_INFO_NAME, "nix-cache-info");
        assert.equal(CACHE_INFO_TYPE, "text/x-nix-cache-info");
    });

    it("has three lines", () => {
        assert.equal(cacheInfo(40), "StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n");
        assert.equal(cacheInfo(0), "StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 0\n");
    });

    // By md5sum and xxd, of the same text: md5 of the binary md5.
    for (const [priority, etag] of [
        [40, "903abbf2b4fe2148b74314d1508c0473-1"],
        [5, "42ee73f74d0553fbd2057c4703135584-1"],
    ] as const) {
        it(`has an ETag of one part for priority ${priority}`, () => {
            assert.equal(singlePartEtag(cacheInfo(priority)), etag);
        });
    }
});
