import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { signingKeyFromRandomText } from "../../../src/cache/signingKey.ts";
import { NixCache, type NixCacheArgs } from "../../../components/nixCache.ts";
import { CA } from "../hosts/samples.ts";
import { mockPassword, record, value } from "./recorded.ts";

const make = async (args: Partial<NixCacheArgs> = {}) => {
    const given = { endpoint: "https://s3.homelab.local/", builders: ["nixbuilder", "cibot"], ...args };
    return (await record((opts) => new NixCache("cache", given, opts))).made;
};
const pair = (generation: number, name = "s3.homelab.local") =>
    signingKeyFromRandomText(`${name}-${generation}`, mockPassword(`cache-key-${generation}`, 64));

/** Outputs that hold a secret; a new one belongs in this list or in the other. */
const SECRET = ["secretKey", "builders", "awsCredentials", "signingKeys", "declared"];
const PLAIN = [
    "publicKey",
    "trustedPublicKeys",
    "substituter",
    "storeUri",
    "nixConf",
    "usagePage",
    "hostConfig",
];

describe("the outputs of NixCache", () => {
    it("are secret where they hold one, and plain text where they do not", async () => {
        const made = await make();
        const outputs = Object.entries(made).filter(
            ([name, output]) => name !== "urn" && !name.startsWith("__") && pulumi.Output.isInstance(output),
        );
        assert.deepEqual(outputs.map(([name]) => name).sort(), [...SECRET, ...PLAIN].sort());
        for (const [name, output] of outputs) {
            assert.equal(
                await pulumi.isSecret(output as pulumi.Output<unknown>),
                SECRET.includes(name),
                name,
            );
        }
    });

    it("are the key of the current generation and those that hosts accept, the current one first", async () => {
        const made = await make({ keyGeneration: 3, trustedGenerations: [1, 3] });
        assert.equal(await value(made.publicKey), pair(3).publicKey);
        assert.equal(await value(made.secretKey), pair(3).secretKey);
        assert.deepEqual(await value(made.trustedPublicKeys), [pair(3).publicKey, pair(1).publicKey]);
    });

    it("are a line for each key that signs, the current one first", async () => {
        const made = await make({ keyGeneration: 2, signingGenerations: [1, 2] });
        assert.equal(await value(made.publicKey), pair(2).publicKey);
        assert.equal(await value(made.secretKey), `${pair(2).secretKey}\n${pair(1).secretKey}`);
        const announced = await make({ keyGeneration: 1, trustedGenerations: [1, 2] });
        assert.equal(await value(announced.secretKey), pair(1).secretKey);
        assert.deepEqual(await value(announced.trustedPublicKeys), [pair(1).publicKey, pair(2).publicKey]);
    });

    it("are ready to use", async () => {
        const made = await make();
        assert.equal(await value(made.substituter), "https://s3.homelab.local/nix-cache");
        assert.equal(
            await value(made.storeUri),
            "s3://nix-cache?endpoint=https://s3.homelab.local&region=us-east-1&profile=nixbuilder",
        );
        assert.equal(
            await value(made.nixConf),
            `extra-substituters = https://s3.homelab.local/nix-cache\nextra-trusted-public-keys = ${pair(1).publicKey}\n`,
        );
    });

    it("are each builder's credentials, as values and as a file", async () => {
        const made = await make();
        const [one, two] = ["nixbuilder", "cibot"].map((name) => mockPassword(`cache-${name}-secret`, 32));
        assert.deepEqual(await value(made.builders), {
            nixbuilder: { accessKey: "nixbuilder", secretKey: one },
            cibot: { accessKey: "cibot", secretKey: two },
        });
        const file = await value(made.awsCredentials);
        assert.match(file, new RegExp(`^\\[nixbuilder\\]\\n.+nixbuilder\\n.+${one ?? ""}\\n\\n\\[cibot\\]`));
    });

    it("name a builder's profile as every Nix takes it, and the builder as it is", async () => {
        const made = await make({ builders: ["ci.runner"] });
        const profile = /&profile=ci_2erunner$/;
        assert.match(await value(made.storeUri), profile);
        const { storeUri, builders } = await value(made.hostConfig);
        assert.match(storeUri, profile);
        assert.deepEqual(builders, ["ci.runner"]);
        assert.deepEqual(Object.keys(await value(made.builders)), ["ci.runner"]);
        assert.match(await value(made.awsCredentials), /^\[ci_2erunner\]\naws_access_key_id = ci\.runner\n/);
    });

    it("have a key's name without a colon where the server is an IPv6 address", async () => {
        const { publicKey } = await make({ endpoint: "https://[fd00::1]:9000" });
        assert.match(await value(publicKey), /^fd00--1-1:[0-9A-Za-z+/]{43}=$/);
    });

    it("are one object with all that a host needs", async () => {
        const made = await make({ expireDays: 0, caCertificate: `my CA\n${CA}` });
        assert.deepEqual(await value(made.hostConfig), {
            version: 1,
            substituter: "https://s3.homelab.local/nix-cache",
            bucket: "nix-cache",
            endpoint: "https://s3.homelab.local",
            region: "us-east-1",
            storeUri: await value(made.storeUri),
            publicKey: pair(1).publicKey,
            trustedPublicKeys: [pair(1).publicKey],
            priority: 40,
            expireDays: 0,
            narGraceDays: 7,
            builders: ["nixbuilder", "cibot"],
            nixConf: await value(made.nixConf),
            usagePage: "https://s3.homelab.local/nix-cache/usage.html",
            caCertificate: CA,
        });
    });
});
