import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { ensureCertificates } from "../../../sandbox/certificates.ts";
import { UserError } from "../../../src/cache/problem.ts";
import { readConfig } from "../../../src/stack/readConfig.ts";
import { runInline } from "../../../src/stack/running.ts";
import { PROVIDER_KEYS } from "../../../src/stack/serverConfig.ts";
import { BAD_CONFIG } from "./badConfig.ts";
import { PUBLIC_CA } from "../hosts/samples.ts";

const require = createRequire(import.meta.url);

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

    for (const [key, value, message] of BAD_CONFIG) {
        it(`is refused in one line with ${key} ${value ?? "not set"}`, () => {
            refused({ [key]: value }, `${key} in Pulumi.homelab.yaml ${message}`);
        });
    }

    for (const name of ["no.crt", "empty.crt", "certificates"]) {
        it(`is refused where the CA's file is no certificate: ${name}`, () => {
            const file = join(folder, name);
            refused(
                { "minio:minioCacertFile": file },
                new RegExp(
                    `^minio:minioCacertFile in Pulumi\\.homelab\\.yaml is "/.+, which holds no certificate; it must be a file with the CA's certificate in PEM$`,
                ),
            );
        });
    }

    it("has a relative file of the CA in the project's folder, whatever folder this process is in", () => {
        const [project, link] = [join(folder, "a project"), join(folder, "elsewhere", "link")];
        mkdirSync(project);
        mkdirSync(join(folder, "elsewhere"));
        symlinkSync(project, link);
        writeFileSync(join(project, "homelab-ca.crt"), ca);
        const configured = (file: string, from: string) => {
            configure({ "minio:minioCacertFile": file });
            return runInline(from, () => readConfig()).connection.ca;
        };
        for (const from of [project, link, relative(process.cwd(), link)]) {
            assert.equal(configured("homelab-ca.crt", from), ca);
            assert.equal(configured("./homelab-ca.crt", from), ca);
            // As for a process that runs in the folder: from what a link leads to.
            assert.equal(configured("../ca.crt", from), ca);
        }
        assert.throws(() => configured("homelab-ca.crt", folder), {
            message: /"homelab-ca\.crt", which does not exist; /,
        });
    });

    it("keeps two programs of one process apart", async () => {
        const folders = ["one", "two"].map((name) => join(folder, name));
        folders.forEach((one) => {
            mkdirSync(one);
            writeFileSync(join(one, "which.crt"), one.endsWith("one") ? ca : `${ca}${PUBLIC_CA}`);
        });
        configure({ "minio:minioCacertFile": "which.crt" });
        const read = await Promise.all(
            folders.map((one) =>
                runInline(one, async () => {
                    await sleep(5);
                    return readConfig().caCertificate;
                }),
            ),
        );
        assert.deepEqual(read, [ca, `${ca}${PUBLIC_CA}`]);
    });

    it("is refused with a private key in the CA's file, which the message does not show", () => {
        const file = join(folder, "with-key.crt");
        writeFileSync(file, `${ca}-----BEGIN EC PRIVATE KEY-----\nhunter22\n-----END EC PRIVATE KEY-----\n`);
        refused(
            { "minio:minioCacertFile": file },
            /, which holds a private key, which would be published with the certificate; it must be a file with .+$/,
        );
    });

    it("hands on of the CA's file the certificates alone", () => {
        const file = join(folder, "with-text.crt");
        writeFileSync(file, `hunter22\n${ca}\nhunter22\n${PUBLIC_CA}`);
        const { caCertificate, connection } = read({ "minio:minioCacertFile": file });
        assert.equal(caCertificate, ca + PUBLIC_CA);
        assert.equal(connection.ca, caCertificate);
    });

    it("may have every key that the provider has, and no other", () => {
        const types = readFileSync(require.resolve("@pulumi/minio/config/vars.d.ts"), "utf8");
        const keys = [...types.matchAll(/^export declare const (\w+):/gm)].map((match) => match[1]);
        assert.deepEqual([...PROVIDER_KEYS].sort(), keys.sort());
        refused(
            { "minio:minioServr": "s3" },
            `minio:minioServr in Pulumi.homelab.yaml is no setting of the minio provider; it must be one of ${PROVIDER_KEYS.join(", ")}`,
        );
    });

    it("is refused with a password in clear text, which the message does not show", () => {
        refused(
            {},
            "minio:minioPassword in Pulumi.homelab.yaml is in clear text; it must be a secret: pulumi config set --secret minio:minioPassword",
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
            "nix-cache:hostsPrivateKey in Pulumi.homelab.yaml is in clear text; it must be secret: pulumi config set --secret hostsPrivateKey < FILE",
        );
        refused(
            { ...entries, "nix-cache:hostsPrivateKey": undefined },
            /^nix-cache:hostsPrivateKey in Pulumi\.homelab\.yaml is not set; it must be the text of an SSH private key .+$/,
        );
        refused(
            { "nix-cache:hosts": '[{"name":"one"}]' },
            "nix-cache:hosts[0].address in Pulumi.homelab.yaml is not set; it must be a host name or an IP address, without a port",
        );
    });

    it("is refused with a key that this project does not have", () => {
        refused(
            { "nix-cache:expiredays": "3" },
            /^nix-cache:expiredays in Pulumi\.homelab\.yaml is no setting of this project; it must be one of bucket, builders, .+, protect.*$/,
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
                // Whoever runs the whole of it knows whether anything was changed.
                assert.doesNotMatch(error.message, /\n|hunter22|changed/);
                return true;
            },
        );
    }
});
