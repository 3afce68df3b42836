import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { metricsText, runMetrics } from "../../../src/system/metrics.ts";
import { readCredentials } from "../../../src/push/credentials.ts";
import { parseHostConfig } from "../../../src/push/hostConfigFile.ts";
import { pushSettings } from "../../../src/push/options.ts";
import { queueFolder, queueLimit } from "../../../src/push/queuePlace.ts";
import { readSettings } from "../../../src/push/settings.ts";
import { signingKeyFromSeed } from "../../../src/cache/signingKey.ts";

const KEY = signingKeyFromSeed("s3.example-1", Buffer.alloc(32, 1));
const HOST = {
    version: 1,
    bucket: "nix-cache",
    endpoint: "https://s3.example",
    region: "us-east-1",
    storeUri: "s3://nix-cache?endpoint=https://s3.example&region=us-east-1&profile=nixbuilder",
    builders: ["nixbuilder", "other"],
    trustedPublicKeys: [KEY.publicKey],
    caCertificate: null,
};
const CREDENTIALS = `# of the stack
[other]
aws_access_key_id = other
aws_secret_access_key = secret-of-other

[nixbuilder]
AWS_ACCESS_KEY_ID=nixbuilder
aws_secret_access_key = a=b=c
`;

describe("a credentials file", () => {
    it("gives the profile that is asked for", () => {
        assert.deepEqual(readCredentials(CREDENTIALS, "nixbuilder", "f"), {
            accessKey: "nixbuilder",
            secretKey: "a=b=c",
        });
        assert.deepEqual(
            readCredentials(CREDENTIALS.replaceAll("\n", "\r\n"), "other", "f").secretKey,
            "secret-of-other",
        );
    });

    it("says what is missing, and never what is there", () => {
        assert.throws(() => readCredentials(CREDENTIALS, "x", "f"), {
            message: "f has no profile [x] (it has: other, nixbuilder)",
        });
        const half = "[a]\naws_secret_access_key = hidden\n";
        assert.throws(
            () => readCredentials(half, "a", "f"),
            (error: Error) => {
                assert.match(error.message, /needs aws_access_key_id and aws_secret_access_key/);
                return !error.message.includes("hidden");
            },
        );
    });
});

describe("the host configuration's file", () => {
    for (const [text, expected] of [
        ["", /f is no JSON; make it with: pulumi stack output hostConfig --json/],
        ["null", /format version none, and 1 is needed/],
        ['{"version":2}', /format version 2, and 1 is needed/],
        [JSON.stringify({ ...HOST, builders: [] }), /builders must be a list of names/],
        [JSON.stringify({ ...HOST, endpoint: undefined }), /endpoint must be a URL/],
        [
            JSON.stringify({ ...HOST, caCertificate: undefined }),
            /caCertificate must be a certificate in PEM or null/,
        ],
    ] as const) {
        it(`is refused: ${text.slice(0, 30)}`, () =>
            assert.throws(() => parseHostConfig(text, "f"), expected));
    }

    it("is taken with what pushing needs", () => {
        assert.equal(parseHostConfig(JSON.stringify(HOST), "f").bucket, "nix-cache");
    });
});

describe("the settings of a push", () => {
    let folder: string;
    const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
    };
    const given = () => ({
        hostConfigFile: file("host", JSON.stringify(HOST)),
        credentialsFile: file("credentials", CREDENTIALS),
        signingKeyFile: file("key", `${KEY.secretKey}\n`),
    });

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "nix-cache-settings-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("have the keys of the file that hosts accept, whichever of the two files is a step behind", () => {
        const next = signingKeyFromSeed("s3.example-2", Buffer.alloc(32, 2));
        const both = `${next.secretKey}\n${KEY.secretKey}\n`;
        const keysFor = (trusted: readonly string[], text: string) => {
            const host = JSON.stringify({ ...HOST, trustedPublicKeys: trusted });
            const files = { hostConfigFile: file("host-2", host), signingKeyFile: file("key-2", text) };
            const { signingKey, otherSigningKeys } = readSettings({ ...given(), ...files });
            return [signingKey, ...otherSigningKeys];
        };
        const two = [KEY.publicKey, next.publicKey];
        assert.deepEqual(keysFor(two, both), [next.secretKey, KEY.secretKey]);
        assert.deepEqual(keysFor(two, KEY.secretKey), [KEY.secretKey]);
        assert.deepEqual(keysFor([KEY.publicKey], both), [KEY.secretKey]);
        assert.deepEqual(keysFor([next.publicKey], both), [next.secretKey]);
        assert.throws(
            () => keysFor([next.publicKey], KEY.secretKey),
            /hosts do not accept this key \(s3\.example-1\)/,
        );
        assert.throws(
            () => keysFor(two, `${both}garbage\n`),
            (error: Error) => {
                assert.match(error.message, /a secret key in Nix's format is NAME:BASE64/);
                return !error.message.includes(KEY.secretKey);
            },
        );
    });

    it("come from the three files, with defaults for the rest", () => {
        const settings = readSettings(given());
        assert.equal(settings.cache.connection.url, "https://s3.example");
        assert.equal(settings.cache.connection.accessKey, "nixbuilder");
        assert.equal(settings.cache.connection.secretKey, "a=b=c");
        assert.equal(settings.cache.connection.ca, undefined);
        assert.deepEqual(settings.filters, {
            upstreamKeys: ["cache.nixos.org-1"],
            upstreamCaches: [],
            exclude: [],
        });
        assert.equal(settings.compression, "zstd");
        assert.equal(settings.uploadsAtOnce, 16);
        assert.equal(settings.maxTries, 5);
        assert.equal(settings.signingKey, KEY.secretKey);
    });

    it("know how long the stack keeps a path, where it says so", () => {
        const days = (expireDays?: number) =>
            readSettings({ ...given(), hostConfigFile: file("h", JSON.stringify({ ...HOST, expireDays })) })
                .expireDays;
        assert.deepEqual([days(), days(30), days(0)], [undefined, 30, Infinity]);
    });

    it("have the private CA, by which the server is known", () => {
        const hostConfigFile = file(
            "private",
            JSON.stringify({ ...HOST, caCertificate: "-----BEGIN PRIVATE CA-----" }),
        );
        const { ca } = readSettings({ ...given(), hostConfigFile }).cache.connection;
        assert.equal(ca, "-----BEGIN PRIVATE CA-----");
    });

    it("are refused with a key that hosts do not accept, or none at all", () => {
        const other = signingKeyFromSeed("s3.example-9", Buffer.alloc(32, 2));
        const signingKeyFile = file("other-key", other.secretKey);
        assert.throws(
            () => readSettings({ ...given(), signingKeyFile }),
            /hosts do not accept this key \(s3\.example-9\); the stack's are s3\.example-1$/,
        );
        const twin = signingKeyFromSeed("s3.example-1", Buffer.alloc(32, 2));
        assert.throws(
            () => readSettings({ ...given(), signingKeyFile: file("twin", twin.secretKey) }),
            (error: Error) =>
                error.message.endsWith(
                    `this key: its public key is ${twin.publicKey.slice(0, 25)}…, and the stack's of the same name is ${KEY.publicKey.slice(0, 25)}…`,
                ),
        );
        assert.throws(
            () => readSettings({ ...given(), signingKeyFile: file("no-key", "hidden") }),
            (error: Error) => !error.message.includes("hidden"),
        );
        assert.throws(
            () => readSettings({ ...given(), signingKeyFile: join(folder, "none") }),
            /the signing key cannot be read from .*none: there is no such file/,
        );
    });

    it("come from options, and from the environment where those say nothing", () => {
        const env = {
            NIX_CACHE_HOST_CONFIG_FILE: "/h",
            AWS_SHARED_CREDENTIALS_FILE: "/c",
            NIX_CACHE_SIGNING_KEY_FILE: "/k",
            NIX_CACHE_UPSTREAM_KEYS: "a-1  b-1",
        };
        const settings = pushSettings(
            { credentials: "/other", "first-pause": "0.5", compression: "none" },
            env,
        );
        assert.equal(settings.hostConfigFile, "/h");
        assert.equal(settings.credentialsFile, "/other");
        assert.deepEqual(settings.upstreamKeys, ["a-1", "b-1"]);
        assert.deepEqual(settings.backoff, { firstMs: 500, longestMs: 900_000 });
        assert.equal(settings.compression, "none");
        assert.deepEqual(pushSettings({ "upstream-key": [""] }, env).upstreamKeys, [], "none");
    });

    for (const [options, expected] of [
        [{}, /where is it\? give --host-config FILE, or set NIX_CACHE_HOST_CONFIG_FILE/],
        [{ compression: "xz" }, /--compression is "xz"; it must be zstd or none/],
        [{ "max-tries": "0" }, /--max-tries is "0"; it must be a whole number from 1/],
        [{ "first-pause": "soon" }, /--first-pause is "soon"; it must be a number of seconds above 0/],
    ] as const) {
        it(`are refused: ${JSON.stringify(options)}`, () =>
            assert.throws(() => pushSettings(options, {}), expected));
    }

    it("find the queue where it was said to be", () => {
        assert.equal(queueFolder({ queue: "/q" }, { NIX_CACHE_QUEUE: "/e" }), "/q");
        assert.equal(queueFolder({}, { NIX_CACHE_QUEUE: "/e", STATE_DIRECTORY: "/s" }), "/e");
        assert.equal(queueFolder({}, { STATE_DIRECTORY: "/s" }), "/s");
        assert.equal(queueLimit({}, {}), 10_000);
        assert.equal(queueLimit({}, { NIX_CACHE_QUEUE_LIMIT: "7" }), 7);
        assert.throws(() => queueLimit({ limit: "-1" }, {}), /--limit is "-1"/);
    });
});

describe("metrics", () => {
    it("are written in Prometheus's text format", () => {
        assert.equal(
            metricsText(runMetrics("drift", 3, new Date(60_000))),
            [
                "# HELP nix_cache_run_status Exit status of the last run; 0: all is well.",
                "# TYPE nix_cache_run_status gauge",
                'nix_cache_run_status{command="drift"} 3',
                "# HELP nix_cache_run_seconds When it ended, in seconds since 1970.",
                "# TYPE nix_cache_run_seconds gauge",
                'nix_cache_run_seconds{command="drift"} 60',
                "",
            ].join("\n"),
        );
    });
});
