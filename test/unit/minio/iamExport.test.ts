import assert from "node:assert/strict";
import { strToU8, zipSync } from "fflate";
import { unpack } from "../../../src/minio/exportFiles.ts";
import { readIdentities } from "../../../src/minio/iamExport.ts";

/** As a MinIO of 2026-02 exported it, with one user, one group and one service account made by hand. */
const EXPORT = {
    "users.json": `{"alice":{"secretKey":"alicesecret1","status":"enabled"},"bob":{"secretKey":"bobsecret1","status":"disabled"}}`,
    "groups.json": `{"g1":{"version":1,"status":"enabled","members":["alice"],"updatedAt":"2026-11-22T18:03:47.063192705Z"},"g2":{"version":1,"status":"enabled","members":null}}`,
    "svcaccts.json": `{"K1GZ522NOGHQ8PBUYPQJ":{"parent":"alice","accessKey":"K1GZ522NOGHQ8PBUYPQJ","secretKey":"x","groups":null,"claims":{"parent":"alice"},"sessionPolicy":null,"status":"on"}}`,
    "user_mappings.json": `{"alice":{"version":0,"policy":"readwrite,nix-cache-write","updatedAt":"2026-11-22T18:03:46.766672001Z"}}`,
    "group_mappings.json": `{"g1":{"version":0,"policy":"readonly","updatedAt":"2026-11-22T18:03:47.554076237Z"}}`,
    "policies.json": `{"nix-cache-write":{"Version":"2012-10-17","Statement":[]}}`,
    "stsuser_mappings.json": "{}",
};

describe("MinIO's export of users", () => {
    it("is unpacked, whatever folder its files are in", () => {
        const zip = zipSync({ "iam-assets/users.json": strToU8("{}"), "top.json": strToU8("ä") });
        const answer = { status: 200, headers: {}, body: Buffer.from(zip) };
        assert.deepEqual(unpack(answer), { "users.json": "{}", "top.json": "ä" });
    });

    it("says of each user what it has, and of each group which policies", () => {
        assert.deepEqual(readIdentities(EXPORT), {
            users: {
                alice: {
                    secretKey: "alicesecret1",
                    enabled: true,
                    policies: ["readwrite", "nix-cache-write"],
                    groups: ["g1"],
                    serviceAccounts: ["K1GZ522NOGHQ8PBUYPQJ"],
                },
                bob: {
                    secretKey: "bobsecret1",
                    enabled: false,
                    policies: [],
                    groups: [],
                    serviceAccounts: [],
                },
            },
            policies: { "nix-cache-write": { Version: "2012-10-17", Statement: [] } },
            groups: { g1: ["readonly"], g2: [] },
        });
    });

    it("may hold nothing", () => {
        assert.deepEqual(readIdentities({}), { users: {}, policies: {}, groups: {} });
    });
});
