import assert from "node:assert/strict";
import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { NixCache } from "../../components/nixCache.ts";
import { stackEnvironment } from "../../sandbox/stackPlace.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { Bucket } from "./objects.ts";
import { newFolder, theWorld, type World } from "./world.ts";

/** A program of somebody else: two caches on one server, and no configuration at all. */
function program({ minio: server }: World): Record<string, pulumi.Output<unknown>> {
    const { accessKey, secretKey, url, ca } = server.connection;
    const provider = new minio.Provider("homelab", {
        minioServer: server.address,
        minioUser: accessKey,
        minioPassword: pulumi.secret(secretKey),
        minioSsl: true,
        minioCacertFile: server.caFile,
    });
    const opts = { providers: [provider] };
    const settings = { endpoint: url, protect: false };
    const one = new NixCache("one", { ...settings, bucket: "other-one", builders: ["other-one"] }, opts);
    const two = new NixCache(
        "two",
        {
            ...settings,
            bucket: "other-two",
            builders: ["other-two"],
            keyName: "two",
            expireDays: 0,
            caCertificate: ca,
        },
        opts,
    );
    return { one: one.publicKey, two: two.publicKey, secret: one.secretKey, host: two.hostConfig };
}

describe("NixCache in another program", function () {
    this.timeout(1_800_000);
    let world: World;
    let stack: Stack;

    before(async () => {
        world = await theWorld();
        const passphraseFile = join(newFolder("passphrase"), "passphrase");
        writeFileSync(passphraseFile, "correct horse battery staple");
        const { pulumiHome, tools } = world;
        const place = { stackName: "other", workDir: newFolder("other"), state: newFolder("state") };
        stack = await LocalWorkspace.createOrSelectStack(
            // eslint-disable-next-line @typescript-eslint/require-await
            { stackName: "other", projectName: "homelab", program: async () => program(world) },
            {
                workDir: place.workDir,
                pulumiHome,
                pulumiCommand: await PulumiCommand.get({ root: pulumiHome }),
                secretsProvider: "passphrase",
                envVars: stackEnvironment({ ...place, pulumiHome, passphraseFile, tools }),
            },
        );
    });

    it("makes two caches from arguments alone", async () => {
        const { outputs } = await stack.up();
        assert.match(String(outputs.one?.value), /^127\.0\.0\.1-1:/);
        assert.match(String(outputs.two?.value), /^two-1:/);
        assert.equal(outputs.secret?.secret, true);
        const { url, ca } = world.minio.connection;
        for (const bucket of ["other-one", "other-two"]) {
            assert.equal(await new Bucket({ url, ca }, bucket).status("GET", "nix-cache-info"), 200);
        }
        const { users } = await readSnapshot(world.minio.connection, "other-one");
        assert.deepEqual(users["other-one"]?.policies, ["other-one-write"]);
        assert.deepEqual(users["other-two"]?.policies, ["other-two-write"]);
    });

    it("is quiet then", async () => {
        await stack.preview({ refresh: true, expectNoChanges: true });
    });

    it("goes without a trace", async () => {
        await stack.destroy();
        const { bucket, users, policies } = await readSnapshot(world.minio.connection, "other-one");
        assert.equal(bucket, undefined);
        assert.deepEqual([users["other-one"], users["other-two"]], [undefined, undefined]);
        assert.deepEqual([policies["other-one-write"], policies["other-two-write"]], [undefined, undefined]);
    });
});
