import assert from "node:assert/strict";
import { parse } from "yaml";
import { readerNixConf } from "../../../src/hosts/nixConf.ts";
import type { HostInput, HostPlan } from "../../../src/hosts/plan.ts";
import { HOST_NAMES, hostPlan, HOSTS } from "../../../src/hosts/kinds.ts";
import { CA, hostConfig, PUBLIC_CA } from "./samples.ts";

const SECRET = "the-builder's-secret";
const KEY = "s3.homelab.local-1:the-signing-key";
const reader: HostInput = { config: hostConfig(), systemCertificates: PUBLIC_CA };
const builder: HostInput = {
    ...reader,
    builder: { credentials: { accessKey: "cibot", secretKey: SECRET }, signingKey: KEY },
};
const open: HostInput = { ...reader, config: hostConfig({ caCertificate: null }) };

const plan = (name: string, input: HostInput): HostPlan => hostPlan(name, input)!;
const files = ({ main, parts }: HostPlan) => [main, ...parts];
const named = (name: string, input: HostInput) =>
    Object.fromEntries(plan(name, input).parts.map((file) => [file.name, file.content]));

describe("what a host that is not NixOS is given", () => {
    it("is asked for by these names, and no others", () => {
        const single = ["nix-conf", "ca-bundle", "credentials", "signing-key"];
        const kinds = ["linux", "macos", "nix-darwin", "github-actions", "container"];
        assert.deepEqual(HOST_NAMES, [...kinds, ...single]);
        for (const name of ["", "nixos", "Linux", "toString", "__proto__", "constructor"]) {
            assert.equal(hostPlan(name, builder), undefined, name);
        }
    });

    for (const name of Object.keys(HOSTS)) {
        it(`has no secret in it for ${name}, unless a builder is named`, () => {
            for (const { content, secret } of files(plan(name, reader))) {
                assert.equal(secret, false);
                assert.doesNotMatch(content, /aws_secret_access_key|signing-key<</);
            }
        });

        it(`says of each file for ${name} with a builder whether a secret is in it`, () => {
            const all = files(plan(name, builder));
            for (const { name: file, content, secret } of all) {
                assert.equal(content.includes(SECRET) || content.includes(KEY), secret, file);
            }
            assert.ok(all.some(({ content }) => content.includes(SECRET)));
            assert.ok(all.some(({ content }) => content.includes(KEY)));
            assert.ok(
                plan(name, builder).steps.every((step) => !step.includes(SECRET) && !step.includes(KEY)),
            );
        });

        it(`names address and key for ${name}, and its steps come first`, () => {
            const { main, steps } = plan(name, reader);
            for (const text of ["https://s3.homelab.local/nix-cache", "s3.homelab.local-1:AAAA="]) {
                assert.ok(main.content.includes(text));
            }
            assert.ok(steps.length > 0);
            steps.forEach((step, index) => {
                assert.doesNotMatch(step, /\n/);
                assert.ok(main.content.includes(`# ${index + 1}. ${step}\n`));
            });
        });

        it(`names a certificate for ${name} only where the authority is a private one`, () => {
            assert.ok(main(name, reader).replaceAll(/^ +/gm, "").includes(CA));
            assert.doesNotMatch(main(name, open), /BEGIN CERT|CERT_FILE=|ssl-cert-file|cat "\$system"/);
        });
    }
    const main = (name: string, input: HostInput) => plan(name, input).main.content;

    for (const [name, content, secret] of [
        ["nix-conf", readerNixConf(hostConfig()), false],
        ["ca-bundle", PUBLIC_CA + CA, false],
        ["credentials", `[cibot]\naws_access_key_id = cibot\naws_secret_access_key = ${SECRET}\n`, true],
        ["signing-key", `${KEY}\n`, true],
    ] as const) {
        it(`is the content alone for ${name}`, () => {
            const { main, parts, steps } = plan(name, builder);
            assert.equal(main.content, content);
            assert.equal(main.secret, secret);
            assert.deepEqual([parts, steps], [[], []]);
        });
    }

    it("is a bundle of the system's certificates alone where the server's is publicly trusted", () =>
        assert.equal(main("ca-bundle", open), PUBLIC_CA));

    it("is each file by itself too, for a Linux or macOS builder", () => {
        const common = {
            "nix.conf": readerNixConf(hostConfig()),
            "ca.crt": CA,
            "ca-bundle.crt": PUBLIC_CA + CA,
            "host-config.json": `${JSON.stringify(hostConfig(), null, 2)}\n`,
            credentials: main("credentials", builder),
            "signing-key": `${KEY}\n`,
        };
        assert.deepEqual(named("macos", builder), common);
        assert.deepEqual(named("linux", builder), {
            ...common,
            "nix-daemon-nix-cache.conf":
                "[Service]\nEnvironment=NIX_SSL_CERT_FILE=/etc/nix-cache/ca-bundle.crt\n",
        });
        assert.deepEqual(Object.keys(named("linux", open)), ["nix.conf"]);
    });

    it("has of the authority's file no more than certificates, whatever a stack of before has handed on", () => {
        const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        const config = hostConfig({ caCertificate: `my CA\n${CA}${key}` });
        for (const name of Object.keys(HOSTS)) {
            const all = files(plan(name, { ...builder, config }));
            assert.ok(all.some(({ content }) => content.replaceAll(/^ +/gm, "").includes(CA)));
            for (const { content } of all) assert.doesNotMatch(content, /PRIVATE KEY|my CA/);
        }
    });

    it("is YAML for GitHub Actions, with secrets by their names in the repository", () => {
        interface Step {
            uses?: string;
            with?: { extra_nix_config: string };
            env?: Record<string, string>;
            run?: string;
        }
        const [trust, install, push] = parse(main("github-actions", builder)) as Step[];
        assert.ok(trust?.run?.includes(CA));
        assert.match(install?.uses ?? "", /^cachix\/install-nix-action@v\d+$/);
        assert.equal(install?.with?.extra_nix_config, readerNixConf(hostConfig()));
        assert.deepEqual(Object.values(push?.env ?? {}), [
            "${{ secrets.NIX_CACHE_CREDENTIALS }}",
            "${{ secrets.NIX_CACHE_SIGNING_KEY }}",
        ]);
        assert.match(push?.run ?? "", /profile=cibot&secret-key='"\$secrets"\/signing-key \.\/result\n$/);
        assert.equal((parse(main("github-actions", open)) as Step[]).length, 1);
    });

    it("gives a container its secrets for one command alone, in no layer", () => {
        const text = main("container", builder);
        assert.match(text, /RUN --mount=type=secret,id=nix-cache-credentials --mount=type=secret,/);
        assert.doesNotMatch(text, /COPY .*(credentials|signing)/);
    });
});
