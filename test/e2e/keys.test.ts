import assert from "node:assert/strict";
import { parseSecretKey } from "../../src/cache/signingKey.ts";
import { TestStack } from "./testStack.ts";

describe("the signing keys", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    /** Public keys by generation, as they were made. */
    const made: Record<number, string> = {};

    async function keys(): Promise<{ publicKey: string; trusted: string[] }> {
        const outputs = await stack.outputs();
        const publicKey = outputs.publicKey as string;
        // The two belong together, whatever the configuration.
        assert.equal(parseSecretKey(outputs.secretKey as string).publicKey, publicKey);
        const trusted = outputs.trustedPublicKeys as string[];
        assert.equal(
            outputs.nixConf,
            `extra-substituters = ${String(outputs.substituter)}\nextra-trusted-public-keys = ${trusted.join(" ")}\n`,
        );
        return { publicKey, trusted };
    }

    before(async () => {
        const config = { bucket: "keys", builders: ["keys-one"], endpoint: "https://s3.homelab.local" };
        stack = await TestStack.open("keys", config);
        await stack.up();
        made[1] = (await keys()).publicKey;
    });

    it("are named after the endpoint's host and their generation", () => {
        assert.match(made[1] ?? "", /^s3\.homelab\.local-1:[0-9A-Za-z+/]{43}=$/);
    });

    it("are the same after another up", async () => {
        await stack.up({ priority: 41 });
        assert.deepEqual(await keys(), { publicKey: made[1], trusted: [made[1]] });
    });

    it("are others for another generation, and the first stays trusted", async () => {
        await stack.up({ keyGeneration: 2 });
        const { publicKey, trusted } = await keys();
        assert.match(publicKey, /^s3\.homelab\.local-2:/);
        assert.notEqual(publicKey.split(":")[1], made[1]?.split(":")[1]);
        assert.deepEqual(trusted, [publicKey, made[1]]);
        made[2] = publicKey;
        await stack.mustBeQuiet();
    });

    it("are no longer listed when trustedGenerations leaves them out, and kept all the same", async () => {
        await stack.up({ trustedGenerations: [2] });
        assert.deepEqual(await keys(), { publicKey: made[2], trusted: [made[2]] });
        await stack.up({ trustedGenerations: [1, 2] });
        assert.deepEqual(await keys(), { publicKey: made[2], trusted: [made[2], made[1]] });
    });

    it("keep their names when the endpoint is another", async () => {
        await stack.up({ endpoint: "https://cache.example.org" });
        assert.deepEqual(await keys(), { publicKey: made[2], trusted: [made[2], made[1]] });
        await stack.mustBeQuiet();
    });

    it("are named after the new endpoint when they are made then", async () => {
        await stack.up({ keyGeneration: 3, trustedGenerations: null });
        const { publicKey, trusted } = await keys();
        assert.match(publicKey, /^cache\.example\.org-3:/);
        assert.deepEqual(trusted, [publicKey, made[1], made[2]]);
    });

    it("have the name that keyName asks for, and hosts trust the old name too", async () => {
        await stack.up({ keyGeneration: 2, trustedGenerations: [2], keyName: "home" });
        const { publicKey, trusted } = await keys();
        assert.equal(publicKey, made[2]?.replace("s3.homelab.local-2", "home-2"));
        assert.deepEqual(trusted, [publicKey, made[2]]);
        await stack.mustBeQuiet();
        await stack.up({ keyName: null });
        assert.deepEqual(await keys(), { publicKey: made[2], trusted: [made[2]] });
    });

    it("are the same again when the generation goes back", async () => {
        await stack.up({ keyGeneration: 1, trustedGenerations: null });
        assert.deepEqual(await keys(), { publicKey: made[1], trusted: [made[1]] });
        await stack.mustBeQuiet();
    });

    it("are the same again when the generation goes forward, also where nothing is protected", async () => {
        await stack.up({ protect: false });
        await stack.up({ keyGeneration: 2 });
        assert.deepEqual(await keys(), { publicKey: made[2], trusted: [made[2], made[1]] });
    });
});
