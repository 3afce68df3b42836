import assert from "node:assert/strict";
import type { Answer } from "../../src/s3/connection.ts";
import { anonymous, Bucket } from "./objects.ts";
import { TestStack } from "./testStack.ts";

const HASH = "nbcdfghijklmnpqrsvwxyz0123456789";
const DAY_MS = 86_400_000;

/** The rule that will take an object, and how many whole days lie between its writing and that. */
function expiry({ headers }: Answer): string {
    const header = String(headers["x-amz-expiration"] ?? "");
    const { date, rule } =
        /^expiry-date="(?<date>[^"]+)", rule-id="(?<rule>[^"]+)"$/.exec(header)?.groups ?? {};
    if (date === undefined || rule === undefined) return header === "" ? "never" : header;
    const days = (Date.parse(date) - Date.parse(String(headers["last-modified"]))) / DAY_MS;
    // MinIO goes on to the next midnight.
    return `${rule} ${Math.floor(days)}`;
}

describe("expiry", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let cache: Bucket;
    let admin: Bucket;

    before(async () => {
        stack = await TestStack.open("expiry", { bucket: "expiry", builders: ["expiry-builder"] });
        await stack.up();
        cache = new Bucket(anonymous(stack), "expiry");
        admin = new Bucket(stack.minio.connection, "expiry");
    });

    for (const [key, expected] of [
        [`${HASH}.narinfo`, "hash-nb 30"],
        [`${HASH}.ls`, "hash-nb 30"],
        [`0${HASH.slice(1)}.narinfo`, "hash-0 30"],
        [`nar/${HASH}.nar.xz`, "nar 37"],
        ["log/x.drv", "hash-l 30"],
        ["nix-cache-info", "never"],
        ["usage.html", "never"],
    ] as const) {
        it(`says of ${key}: ${expected}`, async () => {
            if (expected !== "never") assert.equal(await admin.status("PUT", key, "text"), 200);
            else if (key === "usage.html") await admin.status("PUT", key, "text");
            assert.equal(expiry(await cache.request("HEAD", key)), expected);
        });
    }

    it("takes what is too old, and leaves what is not", async () => {
        const young = [`1${HASH.slice(1)}.narinfo`, `nar/1${HASH.slice(1)}.nar`];
        for (const key of young) await admin.putAged(key, "text", 29);
        await admin.putAged(`nar/2${HASH.slice(1)}.nar`, "text", 36);
        for (const key of [...young, `nar/2${HASH.slice(1)}.nar`]) {
            assert.equal(await cache.status("GET", key), 200, key);
        }
        for (const [key, days] of [
            [`2${HASH.slice(1)}.narinfo`, 32],
            [`2${HASH.slice(1)}.ls`, 32],
            [`nar/3${HASH.slice(1)}.nar`, 39],
        ] as const) {
            await admin.putAged(key, "text", days);
            assert.equal(await cache.status("GET", key), 404, key);
        }
    });

    it("never takes nix-cache-info, nor a page for users, whatever their age", async () => {
        const text = (await admin.request("GET", "nix-cache-info")).body.toString();
        await admin.putAged("nix-cache-info", text, 1_000);
        await admin.putAged("usage.html", "page", 1_000);
        assert.equal(await cache.read("nix-cache-info"), text);
        assert.equal(await cache.read("usage.html"), "page");
    });

    it("is off with 0 days, and everything stays", async () => {
        await stack.up({ expireDays: 0 });
        await admin.putAged(`3${HASH.slice(1)}.narinfo`, "text", 1_000);
        const answer = await cache.request("HEAD", `3${HASH.slice(1)}.narinfo`);
        assert.equal(answer.status, 200);
        assert.equal(expiry(answer), "never");
    });
});
