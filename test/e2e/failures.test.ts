import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCertificates } from "../../sandbox/certificates.ts";
import { startMinio, type Minio } from "../../sandbox/minio.ts";
import { stopMinio } from "../../sandbox/minioProcess.ts";
import { freePort } from "../../sandbox/ports.ts";
import { anonymous, Bucket } from "./objects.ts";
import { TestStack, type Config, type Outcome } from "./testStack.ts";
import { newFolder, newMinio, theWorld } from "./world.ts";

describe("a server that ends an up in one line, without a change:", function () {
    this.timeout(1_800_000);
    let minio: Minio & { readonly dir: string };
    let stack: TestStack;
    let publicKey: unknown;

    before(async () => {
        const { tools } = await theWorld();
        minio = await newMinio(tools);
        stack = await TestStack.open("failures", { bucket: "failures", builders: ["failures-one"] }, minio);
        await stack.up();
        ({ publicKey } = await stack.outputs());
        await new Bucket(minio.connection, "failures").status("PUT", "nar/old.nar", "old");
    });

    /** One try, which must end in one line and leave the state as it was. Then the same command as ever works. */
    async function refused(config: Config, message: string | RegExp): Promise<void> {
        const state = await stack.resources();
        const { errors } = await stack.upFails(config);
        assert.equal(errors.length, 1, errors.join("\n"));
        const line = (errors[0] ?? "").replaceAll(minio.connection.url, "SERVER");
        if (typeof message === "string") assert.equal(line, message);
        else assert.match(line, message);
        assert.deepEqual(await stack.resources(), state);
    }

    async function worksAsBefore(): Promise<Outcome> {
        stack.configure(stack.serverConfig());
        stack.configure({ endpoint: null, builders: ["failures-one"] });
        await stack.setPassword(minio.connection.secretKey);
        const outcome = await stack.up();
        assert.deepEqual((await stack.outputs()).publicKey, publicKey);
        assert.equal(await new Bucket(anonymous(stack), "failures").read("nar/old.nar"), "old");
        return outcome;
    }

    afterEach(async () => {
        const { same, read, ...others } = (await worksAsBefore()).changes;
        assert.deepEqual(others, {});
        assert.ok((same ?? 0) + (read ?? 0) > 15);
    });

    it("refuses the password", async () => {
        await stack.setPassword("not-the-password");
        await refused(
            {},
            `SERVER refuses the password of ${minio.connection.accessKey} (pulumi config set --secret minio:minioPassword)`,
        );
    });

    it("does not know the user", () =>
        refused({ "minio:minioUser": "nobody" }, "SERVER knows no user nobody (minio:minioUser)"));

    it("does not take the user for an administrator", async () => {
        const { builders } = (await stack.outputs()) as { builders: Record<string, { secretKey: string }> };
        await stack.setPassword(builders["failures-one"]?.secretKey ?? "");
        await refused(
            { "minio:minioUser": "failures-one", builders: ["another-one"] },
            "SERVER does not let failures-one administer it: minio:minioUser must be the root user or have the policy consoleAdmin",
        );
    });

    it("its name cannot be resolved", () =>
        refused(
            { "minio:minioServer": "no-such-host.invalid:9000" },
            "https://no-such-host.invalid:9000 does not answer: its name cannot be resolved",
        ));

    it("has a certificate of another CA", async () => {
        const other = await ensureCertificates(join(newFolder("other-ca"), "certificates"));
        const file = join(newFolder("other-ca"), "ca.crt");
        writeFileSync(file, other.ca);
        const line =
            "SERVER does not answer: its certificate is signed by no authority known here (set minio:minioCacertFile to the CA's certificate)";
        await refused({ "minio:minioCacertFile": file }, line);
        await refused({ "minio:minioCacertFile": null }, line);
    });

    it("speaks TLS where minio:minioSsl is off", () =>
        refused({ "minio:minioSsl": false }, /^http:\/\/127\.0\.0\.1:\d+ .*minio:minio(Ssl|Server)[^.]*$/));

    it("is not where it was said to be", async () => {
        const address = `127.0.0.1:${await freePort()}`;
        await refused(
            { "minio:minioServer": address },
            `https://${address} does not answer: connection refused (is MinIO running, is the port right?)`,
        );
    });

    it("is stopped", async () => {
        const { tools } = await theWorld();
        await stopMinio(minio.dir);
        try {
            await refused(
                {},
                "SERVER does not answer: connection refused (is MinIO running, is the port right?)",
            );
        } finally {
            const again = await startMinio({ binary: tools.minio, dir: minio.dir });
            assert.equal(again.address, minio.address);
        }
    });

    it("is stopped, or refuses the password, where pulumi up --refresh looks at it before the program does", async () => {
        await stack.setPassword("not-the-password");
        const wrong = await stack.upFails({}, { refresh: true });
        assert.match(wrong.errors.join("\n"), /refuses the password/);
        await worksAsBefore();

        const { tools } = await theWorld();
        await stopMinio(minio.dir);
        const stopped = await stack.upFails({}, { refresh: true });
        assert.match(stopped.errors.join("\n"), /connection refused/);
        await startMinio({ binary: tools.minio, dir: minio.dir });
        // The provider took the bucket for deleted; what matters is that nothing is lost, and one command heals it.
        await worksAsBefore();
        await stack.mustBeQuiet();
    });
});
