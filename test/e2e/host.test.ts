import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../../src/hosts/awsCredentials.ts";
import type { HostConfig } from "../../src/hosts/hostConfig.ts";
import { certificatesIn } from "../../src/cache/pem.ts";
import { privateCa, readerNixConf } from "../../src/hosts/nixConf.ts";
import type { Outcome } from "../../src/system/run.ts";
import { nixCache } from "./cli.ts";
import { defaultStack } from "./shared.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

const NAMES =
    "linux, macos, nix-darwin, github-actions, container, nix-conf, ca-bundle, credentials, signing-key";

describe("nix-cache host", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let config: HostConfig;
    let secrets: { credentials: Credentials; signingKey: string };

    const host = (...args: string[]): Promise<Outcome> => nixCache(stack, ["host", ...args]);
    const holdsSecret = (text: string) =>
        text.includes(secrets.credentials.secretKey) || text.includes(secrets.signingKey);

    before(async () => {
        ({ stack } = await defaultStack());
        const outputs = await stack.outputs();
        config = outputs.hostConfig as HostConfig;
        const builders = outputs.builders as Record<string, Credentials>;
        secrets = { credentials: builders.nixbuilder!, signingKey: String(outputs.secretKey) };
    });

    for (const name of ["linux", "macos", "nix-darwin", "github-actions", "container"]) {
        it(`prints what ${name} needs, without a secret`, async () => {
            const { status, stdout, stderr } = await host(name);
            assert.equal(status, 0, stderr);
            assert.equal(stderr, "");
            assert.ok(stdout.includes(config.substituter) && stdout.includes(config.publicKey));
            assert.ok(!holdsSecret(stdout));
        });
    }

    it("prints single files, as they are", async () => {
        const { accessKey, secretKey } = secrets.credentials;
        assert.equal((await host("nix-conf")).stdout, readerNixConf(config));
        assert.equal((await host("signing-key")).stdout, `${secrets.signingKey}\n`);
        assert.equal(
            (await host("credentials")).stdout,
            `[${accessKey}]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`,
        );
    });

    it("prints a bundle with the system's certificates and the private authority", async () => {
        const all = certificatesIn((await host("ca-bundle")).stdout);
        assert.ok(all.length > 50);
        assert.equal(all.at(-1), privateCa(config));
    });

    it("needs no passphrase where no secret is asked for", async () => {
        const empty = join(newFolder("passphrase"), "wrong");
        writeFileSync(empty, "wrong");
        const env = { PULUMI_CONFIG_PASSPHRASE_FILE: empty };
        const asked = await nixCache(stack, ["host", "credentials"], { env });
        assert.equal(asked.status, 1);
        const { status, stdout, stderr } = await nixCache(stack, ["host", "nix-conf"], { env });
        assert.equal(status, 0, stderr);
        assert.equal(stdout, readerNixConf(config));
    });

    it("writes files, those with secrets for their owner alone", async () => {
        const folder = join(newFolder("host"), "files");
        const { status, stdout } = await host("linux", "--builder", "nixbuilder", "--out", folder);
        assert.equal(status, 0);
        assert.ok(!holdsSecret(stdout));
        assert.match(
            stdout,
            /credentials {2}\(secret, mode 0600\)\n.*signing-key {2}\(secret, mode 0600\)\n/,
        );
        assert.match(stdout, /\n1\. Run it as root .*(\n {3}.*)*\n2\. /);
        assert.equal(statSync(folder).mode & 0o777, 0o700);
        for (const file of readdirSync(folder)) {
            const secret = holdsSecret(readFileSync(join(folder, file), "utf8"));
            assert.equal(statSync(join(folder, file)).mode & 0o777, secret ? 0o600 : 0o644, file);
            assert.equal(secret, ["install.sh", "credentials", "signing-key"].includes(file), file);
        }
    });

    it("replaces what is there, with the mode that it must have", async () => {
        const folder = newFolder("host");
        for (const file of ["credentials", "credentials.unfinished"]) {
            writeFileSync(join(folder, file), "old", { mode: 0o644 });
        }
        const { status } = await host("credentials", "--out", folder, "--json");
        assert.equal(status, 0);
        assert.equal(statSync(join(folder, "credentials")).mode & 0o777, 0o600);
        assert.deepEqual(readdirSync(folder), ["credentials"]);
    });

    it("prints JSON for machines: contents, or the files that it wrote", async () => {
        const printed = JSON.parse((await host("linux", "--builder", "nixbuilder", "--json")).stdout) as {
            host: string;
            main: { name: string };
            parts: { name: string; mode: string; content: string }[];
            steps: string[];
        };
        assert.equal(printed.host, "linux");
        assert.equal(printed.main.name, "install.sh");
        const modes = printed.parts.map(({ name, mode }) => `${name} ${mode}`);
        assert.ok(modes.includes("credentials 0600") && modes.includes("nix.conf 0644"), modes.join());
        assert.ok(printed.steps.length > 2);
        const folder = newFolder("host");
        const written = JSON.parse((await host("macos", "--out", folder, "--json")).stdout) as {
            written: string[];
        };
        assert.deepEqual(
            written.written.sort(),
            readdirSync(folder)
                .map((file) => join(folder, file))
                .sort(),
        );
    });

    for (const [what, args, status, words] of [
        [
            "a name that it does not know",
            ["nixos"],
            2,
            `there is no host "nixos"; it must be one of ${NAMES}`,
        ],
        [
            "no name",
            [],
            2,
            "use: nix-cache host NAME; NAME: linux, macos, nix-darwin, github-actions or container; or a single file: nix-conf, ca-bundle, credentials (secret), signing-key (secret); nix-cache host --help tells more",
        ],
        ["two names", ["linux", "macos"], 2, "use: nix-cache host NAME; nix-cache host --help tells more"],
        [
            "an option of another command",
            ["linux", "--deep"],
            2,
            "host has no option --deep; nix-cache host --help",
        ],
        [
            "a builder that there is not",
            ["linux", "--builder", "nobody"],
            2,
            'the stack has no builder "nobody"; --builder must be one of nixbuilder',
        ],
    ] as const) {
        it(`says in one line what is wrong with ${what}`, async () => {
            const outcome = await host(...args);
            assert.equal(outcome.stderr, `nix-cache: ${words}\n`);
            assert.equal(outcome.status, status);
            assert.equal(outcome.stdout, "");
        });
    }

    it("says in one line that it cannot write, and that there is nothing yet", async () => {
        const file = join(newFolder("host"), "file");
        writeFileSync(file, "");
        const denied = await host("linux", "--out", file);
        assert.equal(denied.stderr, `nix-cache: ${file} is not a folder\n`);
        assert.equal(denied.status, 1);
        // A folder that can never be made, for which Node's own mkdir never ends.
        const never = await host("linux", "--out", "/proc/nope");
        assert.equal(never.stderr, "nix-cache: /proc/nope: no folder can be made here\n");
        const empty = await TestStack.open("empty-host");
        const { status, stderr } = await nixCache(empty, ["host", "linux"]);
        assert.match(stderr, /^nix-cache: the stack was not deployed yet.*: run pulumi up\n$/);
        assert.equal(status, 1);
    });
});
