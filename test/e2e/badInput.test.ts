import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { PROVIDER_KEYS } from "../../src/stack/serverConfig.ts";
import { nixCache } from "./cli.ts";
import { TestStack, type Config } from "./testStack.ts";
import { newFolder } from "./world.ts";

const NAMES = "a list of different names, each 3 to 64 letters, digits and . @ _ + -";
const URL_FORM = "http:// or https://, a host and perhaps a port, as in https://s3.homelab.local";

const GOOD = { bucket: "bad-input", builders: ["bad-input-one"] };

/** Configuration, and what the one line says after the key and the file. Each message has its own unit test. */
const BAD: [Config, key: string, message: string][] = [
    [
        { bucket: "Nix_Cache" },
        "nix-cache:bucket",
        'is "Nix_Cache"; it must be 3 to 63 lower-case letters, digits, dots and hyphens, first and last a letter or digit, no IP address, not minio',
    ],
    [{ builders: ["a=b"] }, "nix-cache:builders", `has "a=b"; it must be ${NAMES}`],
    [{ builders: ["one", "one"] }, "nix-cache:builders", `has "one" twice; it must be ${NAMES}`],
    [
        { endpoint: "https://s3.homelab.local/nix" },
        "nix-cache:endpoint",
        `is "https://s3.homelab.local/nix", which has a path; it must be ${URL_FORM}`,
    ],
    [
        { endpoint: "s3.homelab.local" },
        "nix-cache:endpoint",
        `is "s3.homelab.local", which is no URL; it must be ${URL_FORM}`,
    ],
    [
        { keyName: "home:lab" },
        "nix-cache:keyName",
        'is "home:lab"; it must be 1 to 200 letters, digits and . _ @ + -, without a colon or white space',
    ],
    [{ keyGeneration: 0 }, "nix-cache:keyGeneration", "is 0; it must be a whole number from 1 to 100"],
    [
        { keyGeneration: 2, trustedGenerations: [1] },
        "nix-cache:trustedGenerations",
        "is [1]; it must be a list of different whole numbers from 1 to 100 with 2, the current keyGeneration, among them",
    ],
    [
        { builders: ["one", "ONE"] },
        "nix-cache:builders",
        'has "one" and "ONE", which are one name where capitals do not count; it must be names that differ by more than that',
    ],
    [
        { endpoint: "https://$(id)" },
        "nix-cache:endpoint",
        `is "https://$(id)", whose host is no DNS name and no IP address; it must be ${URL_FORM}`,
    ],
    [
        { "minio:minioRegion": "us east;$(id)" },
        "minio:minioRegion",
        'is "us east;$(id)"; it must be 2 to 63 letters, digits, - and _, first a letter, as in us-east-1',
    ],
    [
        { "minio:minioServr": "s3" },
        "minio:minioServr",
        `is no setting of the minio provider; it must be one of ${PROVIDER_KEYS.join(", ")}`,
    ],
    [{ expireDays: -1 }, "nix-cache:expireDays", "is -1; it must be a whole number from 0 to 36500"],
    [
        { "minio:minioCacertFile": "/no/such/ca.crt" },
        "minio:minioCacertFile",
        'is "/no/such/ca.crt", which does not exist; it must be a file with the CA\'s certificate in PEM',
    ],
    [
        { "minio:minioPassword": null },
        "minio:minioPassword",
        "is not set; it must be the password of the user in minio:minioUser; set it with: pulumi config set --secret minio:minioPassword",
    ],
    [
        { "minio:minioUser": "" },
        "minio:minioUser",
        "is not set; it must be the server's administrator; set it with: pulumi config set minio:minioUser NAME",
    ],
];

describe("bad input, in one line and before anything is made", function () {
    this.timeout(1_800_000);
    let stack: TestStack;

    before(async () => {
        stack = await TestStack.open("bad-input", GOOD);
    });
    afterEach(async () => {
        // What one test has set, the next must not see.
        const own = BAD.flatMap(([config]) => Object.keys(config));
        stack.configure(Object.fromEntries(own.map((key) => [key, null])));
        stack.configure({ ...stack.serverConfig(), ...GOOD });
        await stack.setPassword(stack.minio.connection.secretKey);

        const made = (await stack.resources()).filter(({ type }) => !type.startsWith("pulumi:"));
        assert.deepEqual(made, []);
        const { bucket, users } = await readSnapshot(stack.minio.connection, "bad-input");
        assert.equal(bucket, undefined);
        assert.equal(users["bad-input-one"], undefined);
    });

    for (const [config, key, message] of BAD) {
        it(JSON.stringify(config), async () => {
            const { errors } = await stack.upFails(config);
            const line = `${key} in Pulumi.bad-input.yaml ${message}`;
            assert.deepEqual(errors, [line]);
        });
    }

    it("a CA file that holds no certificate", async () => {
        const file = join(newFolder("no-ca"), "ca.crt");
        writeFileSync(file, "no certificate");
        const { errors } = await stack.upFails({ "minio:minioCacertFile": file });
        assert.equal(errors.length, 1);
        assert.match(
            errors[0] ?? "",
            /(ca\.crt"|…), which holds no certificate; it must be a file with the CA's certificate in PEM$/,
        );
    });

    // By `pulumi` itself the engine speaks first, which compares the values with Pulumi.yaml's types.
    for (const [config, message] of [
        [{ expireDays: "many" }, 'expireDays in Pulumi.bad-input.yaml is "many"; it must be a whole number'],
        [
            { builders: "one" },
            'builders in Pulumi.bad-input.yaml is "one"; it must be a list of different names',
        ],
        [{ protect: 1 }, "protect in Pulumi.bad-input.yaml is 1; it must be true or false"],
    ] as const) {
        it(`${JSON.stringify(config)}, by nix-cache, in the same words`, async () => {
            stack.configure(config);
            for (const command of [["preview"], ["up"]]) {
                const { status, stdout, stderr } = await nixCache(stack, command);
                assert.equal(status, 1, stdout + stderr);
                assert.ok(stderr.startsWith(`nix-cache: nix-cache:${message}`), stderr);
                assert.equal(stderr.trim().split("\n").length, 1);
            }
            stack.configure({ expireDays: null, protect: null });
        });
    }
});
