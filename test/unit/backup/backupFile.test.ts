import assert from "node:assert/strict";
import { parseBackup } from "../../../src/backup/backupFile.ts";

describe("a backup's text", () => {
    const whole = {
        format: "nix-cache backup",
        version: 1,
        written: "2026-11-24T00:00:00.000Z",
        stack: "homelab",
        configuration: {
            "minio:minioServer": { value: "s3.homelab.local", secret: false },
            "nix-cache:builders": { value: ["nixbuilder"], secret: false },
            "nix-cache:hosts": { value: [{ name: "laptop", port: 22 }], secret: false },
        },
        signingKeys: { "1": "a-1:AAAA" },
        builderSecrets: { "ci.runner": "secret" },
        caCertificate: null,
    };
    const with_ = (part: object) => JSON.stringify({ ...whole, ...part });

    it("is read as it was written", () => assert.deepEqual(parseBackup(JSON.stringify(whole)), whole));

    const refused: readonly [string, object][] = [
        [
            "a key that is an option",
            { configuration: { "--config-file=/etc/x": { value: "", secret: false } } },
        ],
        ["a project that is an option", { project: "--config-file=/etc/x" }],
        ["a project that is no text", { project: 7 }],
        ["a key with a path", { configuration: { 'minio:a["b"]': { value: "", secret: false } } }],
        ["a value that is an object", { configuration: { "minio:a": { value: { b: 1 }, secret: false } } }],
        ["a value that is no entry", { configuration: { "minio:a": "b" } }],
        ["a generation that is none", { signingKeys: { '1"]': "k" } }],
        ["a key that is no text", { signingKeys: { "1": 7 } }],
        ["a builder's name with a quote", { builderSecrets: { 'a"]': "s" } }],
    ];
    for (const [what, part] of refused)
        it(`is refused with ${what}`, () =>
            assert.throws(
                () => parseBackup(with_(part)),
                /^UserError: the backup is not one of this project: ".+" in it is no setting$/,
            ));

    it("is refused where parts are missing, or it is of a newer version", () => {
        assert.throws(() => parseBackup(with_({ signingKeys: null })), /is not whole/);
        assert.throws(() => parseBackup(with_({ version: 2 })), /has the format 2; this version reads 1/);
        assert.throws(() => parseBackup("{}"), /holds no backup/);
    });
});
