import assert from "node:assert/strict";
import { configuration } from "../../ops/restoreEntries.ts";

describe("what a backup restores", () => {
    it("is set value by value: texts, lists and lists of objects", () => {
        const plain = (value: string) => ({ value, secret: false });
        const entries = configuration({
            format: "nix-cache backup",
            version: 1,
            written: "",
            stack: "homelab",
            configuration: {
                "nix-cache:bucket": plain("b"),
                "nix-cache:builders": { value: ["one", "two"], secret: false },
                "nix-cache:hosts": { value: [{ name: "h", address: "h.lan", port: 2222 }], secret: false },
                "nix-cache:hostsPrivateKey": { value: "KEY", secret: true },
            },
            signingKeys: {},
            builderSecrets: {},
            caCertificate: null,
        });
        assert.deepEqual(
            [...entries],
            [
                ["nix-cache:bucket", plain("b")],
                ["nix-cache:builders[0]", plain("one")],
                ["nix-cache:builders[1]", plain("two")],
                ["nix-cache:hosts[0].name", plain("h")],
                ["nix-cache:hosts[0].address", plain("h.lan")],
                ["nix-cache:hosts[0].port", plain("2222")],
                ["nix-cache:hostsPrivateKey", { value: "KEY", secret: true }],
            ],
        );
    });
});
