import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostConfig } from "../../src/hosts/hostConfig.ts";
import { certificatesIn } from "../../src/cache/pem.ts";
import { nixLines } from "../../src/hosts/quoting.ts";
import { privateCa, readerSettings } from "../../src/hosts/nixConf.ts";
import { signingKeyFromSeed } from "../../src/cache/signingKey.ts";
import { flakeConfig, systemModule } from "../../src/hosts/nixModules.ts";
import { closurePaths, exportWithNix, lastContents } from "../../sandbox/closure.ts";
import { removeStore, type NixSandbox } from "../../sandbox/nixCommand.ts";
import { upload } from "../../sandbox/upload.ts";
import { run } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { nixCache } from "./cli.ts";
import { anonymous, Bucket } from "./objects.ts";
import { PlainHost } from "./plainHost.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

/** What a module is given, as far as it uses it: a default that nothing overrides. */
const LIB = "{ lib.mkDefault = value: value; }";

describe("real Nix on hosts that are not NixOS", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let stack: TestStack;
    let config: HostConfig;
    let nixFolder: string;
    const top = closurePaths().at(-1) ?? "";
    const folders: string[] = [];

    function newRoot(): string {
        const folder = newFolder("host");
        folders.push(folder);
        return folder;
    }

    /** Files of `nix-cache host`, in a folder. */
    async function files(...args: string[]): Promise<string> {
        const folder = newFolder("files");
        const { status, stderr } = await nixCache(stack, ["host", ...args, "--out", folder]);
        assert.equal(status, 0, stderr);
        return folder;
    }

    /** A machine that only ever had what `nix-cache host linux` wrote. */
    async function newHost(): Promise<PlainHost> {
        const host = new PlainHost(nixFolder, newRoot());
        await host.install({ file: join(await files("linux"), "install.sh") });
        return host;
    }

    const realise = (host: PlainHost) => host.nix("nix-store", "--realise", top);

    before(async function () {
        // The stack with what it needs of the world, which names the tools.
        stack = await TestStack.open("hosts", {
            bucket: "hosts",
            builders: ["hosts-builder", "hosts-other"],
        });
        const { nix } = stack.world.tools;
        if (nix === undefined) skip(this, "nix");
        nixFolder = nix;
        await stack.up();
        config = (await stack.outputs()).hostConfig as HostConfig;

        // Another machine pushes, with what it was given as a builder.
        const builder = new PlainHost(nix, newRoot());
        const folder = await files("linux", "--builder", "hosts-other");
        await builder.install({ file: join(folder, "install.sh") });
        const sandbox: NixSandbox = { nix, bundle: stack.world.bundle, dir: builder.root };
        const exported = await exportWithNix(sandbox, builder.read("/etc/nix-cache/signing-key"));
        await upload({ ...anonymous(stack), ...credentialsOf(builder) }, config.bucket, exported);
    });
    after(() => folders.forEach(removeStore));

    it("download nothing before they are told of the cache", async () => {
        const { status, stderr } = await realise(new PlainHost(nixFolder, newRoot()));
        assert.notEqual(status, 0);
        assert.match(stderr, /don't know how to build|no substituter|cannot be built|not valid/);
    });

    it("substitute a closure that another pushed, with signatures that are needed", async () => {
        const host = await newHost();
        const { status, stderr } = await realise(host);
        assert.equal(status, 0, stderr);
        assert.equal(host.read(top), lastContents());
        const verify = ["store", "verify", "--recursive", "--sigs-needed", "1", top];
        const verified = await host.nix("nix", ...verify);
        assert.equal(verified.status, 0, verified.stderr);
    });

    it("do so with a script that came over a pipe, on a machine with certificates of its own", async () => {
        const host = new PlainHost(nixFolder, newRoot());
        host.write("/etc/ssl/certs/ca-certificates.crt", readFileSync(stack.world.bundle, "utf8"));
        const { stdout } = await nixCache(stack, ["host", "linux"]);
        await host.install({ text: stdout });
        const { status, stderr } = await realise(host);
        assert.equal(status, 0, stderr);
    });

    it("trust the authorities that they trusted before, too", async () => {
        const host = await newHost();
        const all = certificatesIn(host.read("/etc/nix-cache/ca-bundle.crt"));
        assert.ok(all.length > 50);
        assert.equal(all.at(-1), privateCa(config));
    });

    it("download nothing where the private authority is not known", async () => {
        const host = await newHost();
        const all = certificatesIn(host.read("/etc/nix-cache/ca-bundle.crt"));
        host.write("/etc/nix-cache/ca-bundle.crt", all.slice(0, -1).join(""));
        const { status, stderr } = await realise(host);
        assert.notEqual(status, 0);
        assert.match(stderr, /SSL|certificate/i);
    });

    it("refuse it with another key of the same name", async () => {
        const host = await newHost();
        const name = config.publicKey.slice(0, config.publicKey.indexOf(":"));
        const other = signingKeyFromSeed(name, new Uint8Array(32).fill(3)).publicKey;
        const conf = host.read("/etc/nix-cache/nix.conf");
        host.write("/etc/nix-cache/nix.conf", conf.replace(config.publicKey, other));
        const { status, stderr } = await realise(host);
        assert.notEqual(status, 0);
        assert.match(stderr, /signature|not signed/);
    });

    it("have a builder's right to push, and no more, from its credentials", async () => {
        const folder = await files("credentials", "--builder", "hosts-builder");
        const text = readFileSync(join(folder, "credentials"), "utf8");
        const { accessKey } = parseCredentials(text);
        assert.equal(accessKey, "hosts-builder");
        const bucket = new Bucket({ ...anonymous(stack), ...parseCredentials(text) }, config.bucket);
        assert.equal(await bucket.status("PUT", "log/x", "text"), 200);
        assert.equal(await bucket.status("PUT", "nix-cache-info", "text"), 403);
    });

    /** What Nix makes of an expression, as JSON. */
    async function evaluated(expression: string): Promise<unknown> {
        const env = { ...process.env, NIX_STATE_DIR: newRoot(), NIX_REMOTE: "" };
        const args = ["--eval", "--strict", "--json", "--store", `dummy://`, "--expr", expression];
        const { status, stdout, stderr } = await run(join(nixFolder, "nix-instantiate"), args, { env });
        assert.equal(status, 0, stderr);
        return JSON.parse(stdout);
    }

    for (const [what, change] of [
        ["of the stack", {}],
        [
            "with names that mean something to Nix",
            { substituter: 'https://x/"${y}\\n', trustedPublicKeys: ["a:${b}", '"; evil = "', "''"] },
        ],
    ] as const) {
        it(`read the snippets ${what} as they are meant`, async () => {
            const host = { ...config, ...change };
            const settings = readerSettings(host).map(([name, value]) => [name, value] as const);
            assert.deepEqual(await evaluated(`(${systemModule(host)}) ${LIB}`), {
                nix: { settings: Object.fromEntries(settings) },
                security: { pki: { certificates: [privateCa(host)] } },
            });
            assert.deepEqual(await evaluated(`{ ${flakeConfig(host)} }`), {
                nixConfig: Object.fromEntries(settings.filter(([name]) => name.startsWith("extra-"))),
            });
        });
    }

    it("read a text over several lines as it is meant", async () => {
        const text = "'${x}\n''${y} $${z}\n''' '' \\ ''\\n $ '\n";
        assert.equal(await evaluated(nixLines(text, 4)), text);
    });

    it("read the module for nix-darwin", async () => {
        const { stdout } = await nixCache(stack, ["host", "nix-darwin"]);
        const { nix } = (await evaluated(`(${stdout}) ${LIB}`)) as {
            nix: { settings: Record<string, unknown> };
        };
        assert.deepEqual(nix.settings["extra-substituters"], [config.substituter]);
    });
});

function credentialsOf(host: PlainHost): { accessKey: string; secretKey: string } {
    return parseCredentials(host.read("/etc/nix-cache/credentials"));
}

/** As the AWS SDK reads it: one profile's two lines. */
function parseCredentials(text: string): { accessKey: string; secretKey: string } {
    const value = (name: string) => new RegExp(`^${name} = (\\S+)$`, "m").exec(text)?.[1] ?? "";
    return { accessKey: value("aws_access_key_id"), secretKey: value("aws_secret_access_key") };
}
