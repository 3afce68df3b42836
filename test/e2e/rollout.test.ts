import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { configure } from "../../sandbox/stack.ts";
import { aptInstall, canInstall } from "../../toolchain/apt.ts";
import { commandPlugin } from "../../toolchain/search.ts";
import { COMMAND_PLUGIN_VERSION } from "../../toolchain/versions.ts";
import { maySkip, skip } from "../skips.ts";
import { canMount, makeKey, SshHost, sshdBinary } from "./rollout/sshHost.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

const OWN_CONF = "max-jobs = 3\nsandbox = true\n";
const INCLUDE = "!include ../nix-cache/nix.conf";

describe("the roll-out by the stack", function () {
    maySkip(this, "rollout");
    this.timeout(900_000);
    let stack: TestStack;
    let reader: SshHost;
    let builder: SshHost;
    let privateKey = "";
    let pluginWasThere = true;
    const started: SshHost[] = [];
    const secrets = new Set<string>();

    before(async function () {
        const plugin = commandPlugin();
        if (plugin === undefined || !(await canMount())) skip(this, "rollout");
        if (sshdBinary() === undefined && canInstall()) await aptInstall("openssh-server");
        if (sshdBinary() === undefined) skip(this, "rollout");
        const key = await makeKey(join(newFolder("ssh-key"), "key"));
        privateKey = key.secret;
        reader = await SshHost.make(key.public);
        builder = await SshHost.make(key.public);
        started.push(reader, builder);
        reader.write("nix/nix.conf", OWN_CONF);
        // A last line without an end, which no line may be appended to.
        builder.write("nix/nix.conf", OWN_CONF.trimEnd());
        stack = await TestStack.open("rollout", {
            bucket: "rollout",
            builders: ["rollout-one", "rollout-two"],
            protect: false,
        });
        await stack.up();
        const { pulumiHome } = stack.world;
        const folder = join(pulumiHome, "plugins", `resource-command-v${COMMAND_PLUGIN_VERSION}`);
        pluginWasThere = existsSync(folder);
        mkdirSync(folder, { recursive: true });
        symlinkSync(plugin, join(folder, "pulumi-resource-command"));
    });
    after(async () => {
        await Promise.all(started.map((host) => host.stop()));
    });

    const hosts = (names = ["reader", "builder"]) => [
        { name: names[0], address: "127.0.0.1", port: reader.port },
        {
            name: names[1],
            address: "127.0.0.1",
            port: builder.port,
            builder: "rollout-two",
            hostKey: builder.hostKey,
        },
    ];

    /** Notes every secret there is now, and gives the outputs. */
    async function outputs() {
        const all = (await stack.outputs()) as {
            trustedPublicKeys: string[];
            secretKey: string;
            builders: Record<string, { secretKey: string }>;
        };
        secrets.add(all.secretKey);
        for (const { secretKey } of Object.values(all.builders)) secrets.add(secretKey);
        return all;
    }

    const conf = (host: SshHost) => host.file("nix-cache/nix.conf") ?? "";
    const trusts = (host: SshHost) => /^extra-trusted-public-keys = (.*)$/m.exec(conf(host))?.[1]?.split(" ");
    const mode = (host: SshHost, file: string) => statSync(join(host.etc, file)).mode & 0o777;

    it("makes nothing where no host is configured, and needs no plugin", async () => {
        assert.ok(!pluginWasThere);
        const types = (await stack.resources()).map(({ type }) => type);
        assert.ok(types.length > 10);
        assert.deepEqual(
            types.filter((type) => /command|HostRollout/.test(type)),
            [],
        );
    });

    it("refuses hosts without a key before anything is touched", async () => {
        const { errors, changes } = await stack.upFails({ hosts: hosts() });
        assert.match(errors.join("\n"), /nix-cache:hostsPrivateKey in Pulumi\.rollout\.yaml is not set/);
        assert.deepEqual(changes, {});
        assert.equal(reader.file("nix-cache/nix.conf"), undefined);
    });

    it("sets up two hosts, one that reads and one that pushes", async () => {
        await configure(stack.stack, stack.place, {
            "nix-cache:hostsPrivateKey": { value: privateKey, secret: true },
        });
        const { done } = await stack.up();
        assert.deepEqual(done, ["created Command host-builder", "created Command host-reader"]);
        const { trustedPublicKeys, builders, secretKey } = await outputs();
        for (const host of [reader, builder]) {
            assert.deepEqual(trusts(host), trustedPublicKeys);
            assert.equal(host.file("nix/nix.conf"), `${OWN_CONF}${INCLUDE}\n`);
            assert.ok(host.file("nix-cache/ca-bundle.crt")?.includes(stack.minio.connection.ca));
        }
        assert.equal(reader.file("nix-cache/credentials"), undefined);
        assert.equal(reader.file("nix-cache/signing-key"), undefined);
        assert.equal(builder.file("nix-cache/signing-key"), `${secretKey}\n`);
        const own = builder.file("nix-cache/credentials") ?? "";
        assert.ok(own.includes(builders["rollout-two"]?.secretKey ?? "?"));
        assert.ok(!own.includes(builders["rollout-one"]?.secretKey ?? ""));
        for (const file of ["credentials", "signing-key"])
            assert.equal(mode(builder, `nix-cache/${file}`), 0o600);
        assert.equal(mode(reader, "nix-cache/nix.conf"), 0o644);
    });

    it("has nothing to do when nothing has changed", () => stack.mustBeQuiet());

    it("brings another key to both hosts", async () => {
        const { done } = await stack.up({ keyGeneration: 2 });
        const updated = done.filter((line) => line.includes("Command"));
        assert.deepEqual(updated, ["updated Command host-builder", "updated Command host-reader"]);
        const { trustedPublicKeys, secretKey } = await outputs();
        assert.equal(trustedPublicKeys.length, 2);
        for (const host of [reader, builder]) {
            assert.deepEqual(trusts(host), trustedPublicKeys);
            assert.equal(host.file("nix/nix.conf"), `${OWN_CONF}${INCLUDE}\n`);
        }
        assert.equal(builder.file("nix-cache/signing-key"), `${secretKey}\n`);
    });

    it("reports a host that is down, and brings the others up to date", async () => {
        await reader.stop();
        const before = conf(reader);
        const { errors } = await stack.upFails({ keyGeneration: 3 });
        assert.match(errors.join("\n"), new RegExp(`dial tcp 127\\.0\\.0\\.1:${reader.port}`));
        assert.doesNotMatch(errors.join("\n"), new RegExp(`:${builder.port}`));
        const { trustedPublicKeys } = await outputs();
        assert.equal(trustedPublicKeys.length, 3);
        assert.deepEqual(trusts(builder), trustedPublicKeys);
        assert.equal(conf(reader), before);
        const kept = (await stack.resources()).filter(({ type }) => type === "command:remote:Command");
        assert.equal(kept.length, 2);
    });

    it("brings it up to date once it is back", async () => {
        await reader.start();
        const { done } = await stack.up();
        assert.deepEqual(done, ["updated Command host-reader"]);
        assert.deepEqual(trusts(reader), (await outputs()).trustedPublicKeys);
        await stack.mustBeQuiet();
    });

    it("brings a builder's new secret to that builder alone", async () => {
        const secret = "another-secret-of-32-characters-";
        await stack.setSecret('nix-cache:builderSecrets["rollout-two"]', secret);
        const { done } = await stack.up();
        await outputs();
        assert.ok(secrets.has(secret));
        assert.deepEqual(
            done.filter((line) => line.includes("Command")),
            ["updated Command host-builder"],
        );
        assert.ok(builder.file("nix-cache/credentials")?.includes(secret));
    });

    it("gives no secret to a host with another host key", async () => {
        const [first, second] = hosts();
        const other = { ...second, hostKey: reader.hostKey };
        const { errors } = await stack.upFails({ hosts: [first, other] });
        assert.match(errors.join("\n"), /host key mismatch/);
        await stack.up({ hosts: hosts() });
    });

    it("leaves a machine its files when its name changes", async () => {
        const { done } = await stack.up({ hosts: hosts(["renamed", "builder"]) });
        assert.deepEqual(done, ["created Command host-renamed", "deleted Command host-reader"]);
        assert.deepEqual(trusts(reader), (await outputs()).trustedPublicKeys);
        assert.equal(reader.file("nix/nix.conf"), `${OWN_CONF}${INCLUDE}\n`);
    });

    it("shows no secret in state, output or the hosts' logs", async () => {
        // Three signing keys, two builders' first secrets and one's second.
        assert.equal(secrets.size, 6);
        const key = privateKey.split("\n")[2] ?? "";
        assert.ok(key.length > 20);
        for (const [where, text] of Object.entries({
            state: await stack.exported(),
            output: stack.log,
            "the reader's log": reader.log(),
            "the builder's log": builder.log(),
        })) {
            assert.ok(text.length > 100, where);
            for (const secret of [...secrets, key]) assert.ok(!text.includes(secret), where);
        }
        for (const secret of secrets) assert.ok(!conf(reader).includes(secret));
    });

    it("takes its files away, and nothing else, on destroy", async () => {
        const { failed, text } = await stack.destroy();
        assert.ok(!failed, text);
        for (const host of [reader, builder]) {
            assert.ok(!existsSync(join(host.etc, "nix-cache")));
            assert.equal(host.file("systemd/system/nix-daemon.service.d/nix-cache.conf"), undefined);
            assert.equal(host.file("nix/nix.conf"), OWN_CONF);
        }
    });
});
