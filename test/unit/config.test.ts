import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ensureCertificates } from "../../sandbox/certificates.ts";
import { UserError } from "../../cache/problem.ts";
import { readConfig } from "../../config.ts";

/** What a stack needs; the rest has defaults. */
const LEAST = {
    "minio:minioServer": "s3.homelab.local",
    "minio:minioUser": "admin",
    "minio:minioPassword": "hunter22",
};
const SECRET = ["minio:minioPassword"];

function configure(entries: Readonly<Record<string, string | undefined>>, secret = SECRET): void {
    const given: [string, unknown][] = Object.entries({ ...LEAST, ...entries });
    const set = given.filter((entry): entry is [string, string] => typeof entry[1] === "string");
    pulumi.runtime.setAllConfig(Object.fromEntries(set), secret);
}

const read = (entries: Readonly<Record<string, string | undefined>> = {}, secret = SECRET) => {
    configure(entries, secret);
    return readConfig();
};

describe("the stack's configuration", () => {
    let folder = "";
    let ca = "";

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-config-"));
        ({ ca } = await ensureCertificates(join(folder, "certificates")));
        writeFileSync(join(folder, "ca.crt"), ca);
        writeFileSync(join(folder, "no.crt"), "this is no certificate\n");
        writeFileSync(join(folder, "empty.crt"), "");
        await pulumi.runtime.setMocks(
            { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
            "nix-cache",
            "homelab",
        );
    });
    after(() => {
        pulumi.runtime.setAllConfig({});
        rmSync(folder, { recursive: true, force: true });
    });

    it("needs a server, a user and a password alone", () => {
        const { settings, connection, caCertificate } = read();
        assert.equal(settings.bucket, "nix-cache");
        assert.equal(settings.endpoint, "http://s3.homelab.local");
        assert.deepEqual(settings.builders, ["nixbuilder"]);
        assert.equal(settings.protect, true);
        assert.deepEqual(connection, {
            url: "http://s3.homelab.local",
            accessKey: "admin",
            secretKey: "hunter22",
        });
        assert.equal(caCertificate, undefined);
    });

    it("takes the empty defaults of Pulumi.yaml for not set", () => {
        const empty = {
            "nix-cache:endpoint": "",
            "nix-cache:keyName": "",
            "nix-cache:trustedGenerations": "[]",
        };
        assert.deepEqual(read(empty), read());
    });

    it("reaches the server as the provider does", () => {
        const { settings, connection, caCertificate } = read({
            "minio:minioServer": "127.0.0.1:9000",
            "minio:minioSsl": "true",
            "minio:minioCacertFile": join(folder, "ca.crt"),
            "minio:minioRegion": "eu-1",
            "minio:minioInsecure": "true",
        });
        assert.equal(settings.endpoint, "https://127.0.0.1:9000");
        assert.deepEqual(connection, {
            url: "https://127.0.0.1:9000",
            accessKey: "admin",
            secretKey: "hunter22",
            region: "eu-1",
            ca,
            insecure: true,
        });
        assert.equal(caCertificate, ca);
    });

    it("has each setting as the value that was meant", () => {
        const { settings } = read({
            "nix-cache:bucket": "123",
            "nix-cache:builders": '["one","two"]',
            "nix-cache:endpoint": "https://cache.example.org/",
            "nix-cache:keyName": "42",
            "nix-cache:keyGeneration": "3",
            "nix-cache:trustedGenerations": "[2,3]",
            "nix-cache:expireDays": "0",
            "nix-cache:narGraceDays": "0",
            "nix-cache:priority": "0",
            "nix-cache:anonymousListing": "false",
            "nix-cache:protect": "false",
        });
        const expected: Partial<typeof settings> = {
            bucket: "123",
            builders: ["one", "two"],
            endpoint: "https://cache.example.org",
            keyName: "42",
            keyGeneration: 3,
            trustedGenerations: [2, 3],
            expireDays: 0,
            narGraceDays: 0,
            priority: 0,
            anonymousListing: false,
            protect: false,
        };
        for (const [key, value] of Object.entries(expected)) {
            assert.deepEqual(settings[key as keyof typeof settings], value, key);
        }
    });

    it("takes a user and a password of digits for texts", () => {
        const { connection } = read({ "minio:minioUser": "12345", "minio:minioPassword": "00001234" });
        assert.equal(connection.accessKey, "12345");
        assert.equal(connection.secretKey, "00001234");
    });

    /** Key, value, how the message goes on after the key and the file. */
    const BAD: [key: string, value: string | undefined, message: string][] = [
        [
            "minio:minioServer",
            undefined,
            "is not set; it must be the server's host and perhaps a port; set it with: pulumi config set minio:minioServer s3.homelab.local",
        ],
        [
            "minio:minioServer",
            "https://s3",
            'is "https://s3"; it must be a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)',
        ],
        [
            "minio:minioServer",
            "s3:port",
            'is "s3:port"; it must be a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)',
        ],
        [
            "minio:minioServer",
            "a@s3",
            'is "a@s3"; it must be a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)',
        ],
        [
            "minio:minioUser",
            undefined,
            "is not set; it must be the server's administrator; set it with: pulumi config set minio:minioUser NAME",
        ],
        [
            "minio:minioPassword",
            undefined,
            "is not set; it must be that administrator's password; set it with: pulumi config set --secret minio:minioPassword",
        ],
        [
            "minio:minioPassword",
            "",
            "is not set; it must be that administrator's password; set it with: pulumi config set --secret minio:minioPassword",
        ],
        ["minio:minioSsl", "yes", 'is "yes"; it must be true or false'],
        ["minio:minioInsecure", "1", "is 1; it must be true or false"],
        [
            "minio:minioCacertFile",
            "/no/such/ca.crt",
            'is "/no/such/ca.crt", which does not exist; it must be a file with the CA\'s certificate in PEM',
        ],
        [
            "nix-cache:bucket",
            "Nix",
            'is "Nix"; it must be 3 to 63 lower-case letters, digits, dots and hyphens, first and last a letter or digit, no IP address, not minio',
        ],
        [
            "nix-cache:builders",
            "[]",
            "is []; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -, at least one",
        ],
        [
            "nix-cache:builders",
            '["a,b"]',
            'has "a,b"; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -',
        ],
        [
            "nix-cache:builders",
            '["one","one"]',
            'has "one" twice; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -',
        ],
        [
            "nix-cache:builders",
            "[one",
            'is "[one"; it must be a list of different names, each 3 to 64 letters, digits and . @ _ + -, at least one',
        ],
        [
            "nix-cache:builders",
            '["admin"]',
            'has "admin", which is the administrator (minio:minioUser); it must be names of users of their own',
        ],
        [
            "nix-cache:endpoint",
            "cache",
            'is "cache", which is no URL; it must be http:// or https://, a host and perhaps a port, as in https://s3.homelab.local',
        ],
        [
            "nix-cache:endpoint",
            "https://c/path",
            'is "https://c/path", which has a path; it must be http:// or https://, a host and perhaps a port, as in https://s3.homelab.local',
        ],
        [
            "nix-cache:endpoint",
            "https://c?q",
            'is "https://c?q", which has a query; it must be http:// or https://, a host and perhaps a port, as in https://s3.homelab.local',
        ],
        [
            "nix-cache:keyName",
            "a b",
            'is "a b"; it must be 1 to 200 letters, digits and . _ @ + -, without a colon or white space',
        ],
        ["nix-cache:keyGeneration", "0", "is 0; it must be a whole number from 1 to 100"],
        ["nix-cache:keyGeneration", "two", 'is "two"; it must be a whole number from 1 to 100'],
        [
            "nix-cache:trustedGenerations",
            "[2]",
            "is [2]; it must be a list of different whole numbers from 1 to 100 with 1, the current keyGeneration, among them",
        ],
        ["nix-cache:expireDays", "3.5", "is 3.5; it must be a whole number from 0 to 36500"],
        ["nix-cache:expireDays", "-1", "is -1; it must be a whole number from 0 to 36500"],
        ["nix-cache:expireDays", "30d", 'is "30d"; it must be a whole number from 0 to 36500'],
        ["nix-cache:narGraceDays", "-1", "is -1; it must be a whole number from 0 to 36500"],
        ["nix-cache:priority", "low", 'is "low"; it must be a whole number from 0 to 2147483647'],
        ["nix-cache:anonymousListing", "no", 'is "no"; it must be true or false'],
        ["nix-cache:protect", "on", 'is "on"; it must be true or false'],
    ];

    for (const [key, value, message] of BAD) {
        it(`is refused in one line with ${key} ${value ?? "not set"}`, () => {
            refused({ [key]: value }, `${key} in Pulumi.homelab.yaml ${message}. Nothing has been changed.`);
        });
    }

    for (const name of ["no.crt", "empty.crt", "certificates"]) {
        it(`is refused where the CA's file is no certificate: ${name}`, () => {
            const file = join(folder, name);
            refused(
                { "minio:minioCacertFile": file },
                new RegExp(
                    `^minio:minioCacertFile in Pulumi\\.homelab\\.yaml is "/.+, which holds no certificate; it must be a file with the CA's certificate in PEM\\. Nothing has been changed\\.$`,
                ),
            );
        });
    }

    it("is refused with a password in clear text, which the message does not show", () => {
        refused(
            {},
            "minio:minioPassword in Pulumi.homelab.yaml is in clear text; it must be a secret: pulumi config set --secret minio:minioPassword. Nothing has been changed.",
            [],
        );
    });

    it("has the hosts that the stack sets up, with a key that must be a secret", () => {
        const key = "-----BEGIN PRIVATE KEY-----\nhunter22\n-----END PRIVATE KEY-----";
        const hosts = [{ name: "one", address: "one.lan", port: 2222 }];
        const entries = { "nix-cache:hosts": JSON.stringify(hosts), "nix-cache:hostsPrivateKey": key };
        assert.deepEqual(read({ "nix-cache:hosts": "[]", "nix-cache:hostsPrivateKey": "" }).rollout, {
            hosts: [],
            privateKey: undefined,
        });
        const { rollout } = read(entries, [...SECRET, "nix-cache:hostsPrivateKey"]);
        assert.deepEqual(rollout, { hosts, privateKey: key });
        refused(
            entries,
            "nix-cache:hostsPrivateKey in Pulumi.homelab.yaml is in clear text; it must be secret: pulumi config set --secret hostsPrivateKey < FILE. Nothing has been changed.",
        );
        refused(
            { ...entries, "nix-cache:hostsPrivateKey": undefined },
            /^nix-cache:hostsPrivateKey in Pulumi\.homelab\.yaml is not set; it must be the text of an SSH private key .+\. Nothing has been changed\.$/,
        );
        refused(
            { "nix-cache:hosts": '[{"name":"one"}]' },
            "nix-cache:hosts[0].address in Pulumi.homelab.yaml is not set; it must be a host name or an IP address, without a port. Nothing has been changed.",
        );
    });

    it("is refused with a key that this project does not have", () => {
        refused(
            { "nix-cache:expiredays": "3" },
            /^nix-cache:expiredays in Pulumi\.homelab\.yaml is no setting of this project; it must be one of bucket, builders, .+, protect.*\. Nothing has been changed\.$/,
        );
    });

    function refused(
        entries: Record<string, string | undefined>,
        message: string | RegExp,
        secret = SECRET,
    ): void {
        assert.throws(
            () => read(entries, secret),
            (error) => {
                assert.ok(error instanceof UserError);
                if (typeof message === "string") assert.equal(error.message, message);
                else assert.match(error.message, message);
                assert.doesNotMatch(error.message, /\n|hunter22/);
                return true;
            },
        );
    }
});
