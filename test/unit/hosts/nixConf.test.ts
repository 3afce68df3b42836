import assert from "node:assert/strict";
import { privateCa, readerNixConf, readerSettings } from "../../../src/hosts/nixConf.ts";
import { flakeConfig, systemModule } from "../../../src/hosts/nixModules.ts";
import { pushCommand } from "../../../src/hosts/pushCommand.ts";
import { CA, hostConfig } from "./samples.ts";

const ttl = (expireDays: number, narGraceDays: number) =>
    readerSettings(hostConfig({ expireDays, narGraceDays })).find(
        ([name]) => name === "narinfo-cache-positive-ttl",
    )?.[1];

describe("the settings of a host that reads", () => {
    it("are lines of nix.conf that add to what is there", () => {
        assert.equal(
            readerNixConf(hostConfig({ trustedPublicKeys: ["a-2:BB=", "a-1:AA="] })),
            [
                "extra-substituters = https://s3.homelab.local/nix-cache",
                "extra-trusted-public-keys = a-2:BB= a-1:AA=",
                "fallback = true",
                "connect-timeout = 5",
                "narinfo-cache-negative-ttl = 300",
                "narinfo-cache-positive-ttl = 86400",
                "ssl-cert-file = /etc/nix-cache/ca-bundle.crt",
                "",
            ].join("\n"),
        );
    });

    // No longer than a NAR outlives its narinfo.
    for (const [expireDays, grace, expected] of [
        [30, 7, 86_400],
        [30, 0, 3_600],
        [1, 1, 86_400],
        [90, 60, 86_400],
        [0, 7, undefined],
    ] as const) {
        it(`remember a path for ${expected ?? "as long as Nix does"} s with ${expireDays} and ${grace} days`, () =>
            assert.equal(ttl(expireDays, grace), expected));
    }

    for (const caCertificate of [null, "", "no certificate"]) {
        it(`name no certificates when the CA is ${JSON.stringify(caCertificate)}`, () => {
            assert.equal(privateCa(hostConfig({ caCertificate })), undefined);
            assert.doesNotMatch(readerNixConf(hostConfig({ caCertificate })), /ssl-cert-file/);
        });
    }

    it("take the certificates alone from a file with more in it", () =>
        assert.equal(privateCa(hostConfig({ caCertificate: `my CA:\r\n${CA}x` })), CA));
});

describe("snippets", () => {
    it("for a flake are the two settings that a flake may make", () => {
        assert.equal(
            flakeConfig(hostConfig()),
            `nixConfig = {
  extra-substituters = [ "https://s3.homelab.local/nix-cache" ];
  extra-trusted-public-keys = [ "s3.homelab.local-1:AAAA=" ];
};
`,
        );
    });

    it("for NixOS name no certificate where there is none", () => {
        assert.match(systemModule(hostConfig()), /security\.pki\.certificates = \[ ''\n {4}-----BEGIN/);
        assert.doesNotMatch(systemModule(hostConfig({ caCertificate: null })), /pki/);
    });

    it("for a push sign, and ask the cache itself where paths expire", () => {
        const to =
            "--to 's3://nix-cache?endpoint=https://s3.homelab.local&region=us-east-1&profile=ci_2ba&secret-key=/etc/nix-cache/signing-key' ./result";
        const nix = "nix --extra-experimental-features nix-command copy";
        assert.equal(pushCommand(hostConfig(), "ci+a"), `${nix} --option narinfo-cache-positive-ttl 0 ${to}`);
        assert.equal(pushCommand(hostConfig({ expireDays: 0 }), "ci+a"), `${nix} ${to}`);
    });
});
