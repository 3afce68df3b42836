import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { RolloutHost } from "../../../src/cache/hostsSetting.ts";
import { NixCache, type NixCacheArgs } from "../../../components/nixCache.ts";
import { rollOut } from "../../../components/hostRollout.ts";
import { COMMAND_PLUGIN_VERSION } from "../../../toolchain/versions.ts";
import { CA } from "../hosts/samples.ts";
import { mockPassword, record, value } from "./recorded.ts";

const privateKey = "-----BEGIN PRIVATE KEY-----\nVERYSECRET\n-----END PRIVATE KEY-----\n";
const hostKey = "ssh-ed25519 AAAA";
const reader: RolloutHost = { name: "reader", address: "192.0.2.1" };
const builder: RolloutHost = {
    name: "builder",
    address: "b.lan",
    port: 2222,
    user: "ops",
    builder: "nixbuilder",
    hostKey,
};
const READER = "command:Command host-reader";
const BUILDER = "command:Command host-builder";

async function make(hosts: readonly RolloutHost[], args: Partial<NixCacheArgs> = {}) {
    const { made, resources } = await record((opts) => {
        const endpoint = "https://s3.homelab.local";
        const cache = new NixCache("cache", { endpoint, caCertificate: CA, ...args }, opts);
        return { cache, rollouts: rollOut(cache, { hosts, privateKey }, opts) };
    });
    const ofHosts = Object.entries(resources).filter(([name]) => /HostRollout|command:/.test(name));
    return { ...made, resources: Object.fromEntries(ofHosts), signingKey: await value(made.cache.secretKey) };
}

describe("the roll-out to hosts", () => {
    it("makes nothing where no host is configured", async () => {
        const { resources, rollouts } = await make([]);
        assert.deepEqual(resources, {});
        assert.deepEqual(rollouts, []);
    });

    it("makes one command for each host, below a component of its own, after the cache", async () => {
        const { resources, cache } = await make([reader, builder]);
        const component = (name: string) => `nix-cache:HostRollout host-${name}`;
        assert.deepEqual(Object.keys(resources).sort(), [
            BUILDER,
            READER,
            component("builder"),
            component("reader"),
        ]);
        for (const name of ["reader", "builder"]) {
            assert.equal(resources[component(name)]?.options.dependsOn, cache);
        }
        assert.ok(resources[READER]?.options.parent);
    });

    it("says where, how and with which command, and nothing else", async () => {
        const { resources } = await make([reader, builder]);
        const { stdin, create, update, delete: remove, ...rest } = resources[READER]?.inputs ?? {};
        assert.deepEqual(rest, {
            connection: {
                host: "192.0.2.1",
                port: 22,
                user: "root",
                privateKey,
                perDialTimeout: 5,
                dialErrorLimit: 10,
                proxy: undefined,
            },
            logging: "none",
            addPreviousOutputInEnv: false,
        });
        assert.equal(typeof stdin, "string");
        const owner = `'\\''${pulumi.getProject()}/${pulumi.getStack()}/host-reader'\\''`;
        assert.equal(create, `sh -c 'sh -s -- --owner ${owner}'`);
        assert.equal(update, create);
        assert.equal(remove, `sh -c 'sh -s -- --remove --owner ${owner}'`);

        const other = resources[BUILDER]?.inputs;
        const { connection } = other as { connection: Record<string, unknown> };
        assert.deepEqual(
            [connection.host, connection.port, connection.user, connection.hostKey],
            ["b.lan", 2222, "ops", hostKey],
        );
        assert.match(String(other?.create), /^sudo -n sh -c '/);
        assert.match(String(other?.delete), /^sudo -n sh -c '/);
    });

    it("has no triggers: a replacement would take away what it has just written", async () => {
        const { resources } = await make([reader, builder]);
        for (const { inputs } of Object.values(resources)) assert.ok(!("triggers" in inputs));
    });

    it("gives a reader what is public, and a builder its secrets through standard input alone", async () => {
        const { resources, signingKey } = await make([reader, builder]);
        const secrets = [signingKey, mockPassword("cache-nixbuilder-secret", 32), "VERYSECRET"];
        assert.deepEqual(resources[READER]?.secrets, ["connection"]);
        assert.deepEqual([...(resources[BUILDER]?.secrets ?? [])].sort(), ["connection", "stdin"]);
        const own = String(resources[BUILDER]?.inputs.stdin);
        assert.ok(own.includes(secrets[0] ?? "") && own.includes(secrets[1] ?? ""));
        for (const { inputs } of Object.values(resources)) {
            const shown = [inputs.create, inputs.update, inputs.delete, inputs.logging].join("\n");
            for (const secret of secrets) assert.ok(!shown.includes(secret));
        }
        const read = String(resources[READER].inputs.stdin);
        for (const secret of secrets) assert.ok(!read.includes(secret));
        assert.match(read, /^extra-substituters = https:\/\/s3\.homelab\.local\/nix-cache$/m);
        assert.ok(read.includes(CA));
    });

    it("runs again for another key or another secret, each where it matters", async () => {
        const stdin = async (args: Partial<NixCacheArgs>) => {
            const { resources } = await make([reader, builder], args);
            return [resources[READER]?.inputs.stdin, resources[BUILDER]?.inputs.stdin];
        };
        const [read, push] = await stdin({});
        assert.deepEqual(await stdin({}), [read, push]);
        const rotated = await stdin({ keyGeneration: 2 });
        assert.notEqual(rotated[0], read);
        assert.notEqual(rotated[1], push);
        const renewed = await stdin({ builderSecrets: { nixbuilder: pulumi.secret("another-secret") } });
        assert.equal(renewed[0], read);
        assert.notEqual(renewed[1], push);
    });
});

describe("the plugin that the roll-out needs", () => {
    it("is looked for in the version of the package", () => {
        const file = new URL("../../../package.json", import.meta.url);
        const { dependencies } = JSON.parse(readFileSync(file, "utf8")) as {
            dependencies: Record<string, string>;
        };
        assert.equal(dependencies["@pulumi/command"], COMMAND_PLUGIN_VERSION);
    });
});
