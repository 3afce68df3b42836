import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { run } from "../../src/system/run.ts";
import { CA } from "./hosts/samples.ts";

const CONFIG = {
    "minio:minioServer": "s3.homelab.local",
    "minio:minioUser": "admin",
    "minio:minioPassword": "hunter22",
    "minio:minioCacertFile": "homelab-ca.crt",
};

describe("the program as pulumi runs it, in a process of its own", () => {
    let folder = "";
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-program-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    /** What it says, by the variables that Pulumi's runner for Node.js sets (the SDK's `cmd/run/run.js`). */
    async function said(config: Readonly<Record<string, string>>): Promise<string> {
        const env = {
            PATH: process.env.PATH,
            PULUMI_CONFIG: JSON.stringify({ ...CONFIG, ...config }),
            PULUMI_CONFIG_SECRET_KEYS: '["minio:minioPassword"]',
            PULUMI_NODEJS_PROJECT: "nix-cache",
            PULUMI_NODEJS_STACK: "homelab",
            PULUMI_NODEJS_ROOT_DIRECTORY: folder,
        };
        const index = join(projectDir, "index.ts");
        const { status, stderr } = await run(process.execPath, [index], { cwd: "/", env });
        assert.equal(status, 1);
        return /^RunError: (.*)$/m.exec(stderr)?.[1] ?? stderr;
    }

    it("says of what it refuses that nothing has been changed", async () => {
        assert.equal(
            await said({}),
            'minio:minioCacertFile in Pulumi.homelab.yaml is "homelab-ca.crt", which does not exist; it must be a file with the CA\'s certificate in PEM. Nothing has been changed.',
        );
    });

    it("finds the CA's file in the project's folder", async () => {
        writeFileSync(join(folder, "homelab-ca.crt"), CA);
        // What is looked at after the file.
        assert.equal(
            await said({ "nix-cache:expireDays": "-1" }),
            "nix-cache:expireDays in Pulumi.homelab.yaml is -1; it must be a whole number from 0 to 36500. Nothing has been changed.",
        );
    });
});
