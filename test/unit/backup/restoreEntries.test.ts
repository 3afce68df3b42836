import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backup } from "../../../src/backup/backupFile.ts";
import { keysIn, stackFile } from "../../../src/engine/stackFile.ts";
import {
    configuration,
    differenceLines,
    differences,
    inProject,
} from "../../../src/backup/restoreEntries.ts";

describe("what a backup restores", () => {
    it("is set value by value: texts, lists and lists of objects", () => {
        const plain = (value: string) => ({ value, secret: false });
        const entries = configuration(
            {
                format: "nix-cache backup",
                version: 1,
                written: "",
                stack: "homelab",
                configuration: {
                    "nix-cache:bucket": plain("b"),
                    "nix-cache:builders": { value: ["one", "two"], secret: false },
                    "nix-cache:hosts": {
                        value: [{ name: "h", address: "h.lan", port: 2222 }],
                        secret: false,
                    },
                    "nix-cache:hostsPrivateKey": { value: "KEY", secret: true },
                },
                signingKeys: {},
                builderSecrets: {},
                caCertificate: null,
            },
            "nix-cache",
        );
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

describe("a backup of a project with another name", () => {
    const of = (project: string | undefined, ...keys: string[]): Backup => ({
        format: "nix-cache backup",
        version: 1,
        written: "",
        stack: "homelab",
        ...(project === undefined ? {} : { project }),
        configuration: Object.fromEntries(keys.map((key) => [key, { value: "v", secret: false }])),
        signingKeys: {},
        builderSecrets: {},
        caCertificate: null,
    });
    const keysHere = (backup: Backup) => Object.keys(inProject(backup, "here").configuration);

    it("has its own keys in the namespace of the project that it is restored into, and no other's", () => {
        const keys = ["there:bucket", "minio:minioServer", "there-too:bucket", "here:region"];
        assert.deepEqual(keysHere(of("there", ...keys)), [
            "here:bucket",
            "minio:minioServer",
            "there-too:bucket",
            "here:region",
        ]);
    });

    it("is taken for one of nix-cache where it does not note its project, as those of earlier versions", () => {
        assert.deepEqual(keysHere(of(undefined, "nix-cache:bucket", "here:region")), [
            "here:bucket",
            "here:region",
        ]);
    });
});

describe("what a backup would overwrite", () => {
    const backup = (configuration: Backup["configuration"], secrets: Partial<Backup> = {}): Backup => ({
        format: "nix-cache backup",
        version: 1,
        written: "",
        stack: "homelab",
        configuration,
        signingKeys: {},
        builderSecrets: {},
        caCertificate: null,
        ...secrets,
    });
    const plain = (value: string | string[]) => ({ value, secret: false });
    const raw = (values: Record<string, string>, ...secrets: string[]) => ({
        values,
        isSecret: (key: string) => secrets.includes(key),
        project: "nix-cache",
        stack: "homelab",
        folder: "/",
    });
    const all = () => true;

    it("is nothing where the settings are the same, are not there yet, or are the project's defaults", () => {
        const content = backup({
            "nix-cache:bucket": plain("b"),
            "nix-cache:builders": plain(["one", "two"]),
            "nix-cache:expireDays": plain("30"),
        });
        const now = raw({
            "nix-cache:bucket": "b",
            "nix-cache:builders": '["one","two"]',
            "nix-cache:priority": "41",
        });
        assert.deepEqual(differences(content, now, all), []);
        const defaults = raw({ "nix-cache:bucket": "nix-cache" });
        assert.deepEqual(
            differences(content, defaults, () => false),
            [],
        );
    });

    it("is each value that was edited, and each element that the backup does not have", () => {
        const content = backup({ "nix-cache:builders": plain(["one"]), "nix-cache:expireDays": plain("30") });
        const now = raw({ "nix-cache:builders": '["one","two"]', "nix-cache:expireDays": "60" });
        assert.deepEqual(differences(content, now, all).flatMap(differenceLines), [
            "  nix-cache:expireDays",
            '      "60"',
            '      becomes "30"',
            "  nix-cache:builders[1]",
            '      "two"',
            "      becomes nothing",
        ]);
    });

    it("shows no secret, whichever of the two is one", () => {
        const content = backup(
            {
                "minio:minioPassword": { value: "THEN", secret: true },
                "nix-cache:hostsPrivateKey": plain("THEN"),
            },
            { signingKeys: { 1: "THEN" }, builderSecrets: { "ci.runner": "THEN" } },
        );
        const now = raw(
            {
                "minio:minioPassword": "NOW",
                "nix-cache:hostsPrivateKey": "NOW",
                "nix-cache:signingKeys": '{"1":"NOW"}',
                "nix-cache:builderSecrets": '{"ci.runner":"NOW"}',
            },
            "nix-cache:hostsPrivateKey",
        );
        const found = differences(content, now, all);
        assert.equal(found.length, 4);
        const text = found.flatMap(differenceLines).join("\n");
        assert.doesNotMatch(text, /NOW|THEN/);
        assert.match(
            text,
            /builderSecrets\["ci\.runner"\]\n {6}\(secret\)\n {6}becomes another one, \(secret\)/,
        );
    });

    it("is looked for in the stack's own file", () => {
        const folder = mkdtempSync(join(tmpdir(), "nix-cache-stack-"));
        try {
            writeFileSync(join(folder, "Pulumi.yaml"), "name: nix-cache\n");
            const file = stackFile(folder, "me/nix-cache/homelab");
            assert.equal(file, join(folder, "Pulumi.homelab.yaml"));
            assert.deepEqual([...keysIn(file)], []);
            writeFileSync(
                file,
                'encryptionsalt: v1:x:y\nconfig:\n  # nix-cache:no: 1\n  nix-cache:bucket: b\n  "minio:minioServer": s:9000\n  nix-cache:builders:\n    - one\n',
            );
            assert.deepEqual(
                [...keysIn(file)],
                ["nix-cache:bucket", "minio:minioServer", "nix-cache:builders"],
            );
            writeFileSync(join(folder, "Pulumi.yaml"), "name: nix-cache\nstackConfigDir: stacks # here\n");
            assert.equal(stackFile(folder, "homelab"), join(folder, "stacks", "Pulumi.homelab.yaml"));
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
