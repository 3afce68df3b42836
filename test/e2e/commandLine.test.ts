import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import type { Outcome } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { Bucket } from "./objects.ts";
import { TestStack } from "./testStack.ts";
import { theWorld } from "./world.ts";

/** What a user's copy of the project needs for `pulumi up`. */
const SOURCES = /^(?:[^/]+\.(?:ts|json|yaml)|(?:components|src)(?:\/.*)?)$/;

describe("the command line", function () {
    maySkip(this, "languageHost");
    this.timeout(1_800_000);
    let stack: TestStack;

    before(async function () {
        const { languageHost } = (await theWorld()).tools;
        if (languageHost === undefined) skip(this, "languageHost");
        const config = { bucket: "command-line", builders: ["command-line-one"] };
        stack = await TestStack.open("command-line", config);
        const copy = stack.place.workDir;
        cpSync(projectDir, copy, {
            recursive: true,
            // The stack's own settings file is there already.
            filter: (from) => from === projectDir || SOURCES.test(from.slice(projectDir.length + 1)),
        });
        symlinkSync(join(projectDir, "node_modules"), join(copy, "node_modules"));
    });

    async function pulumi(...args: string[]): Promise<Outcome> {
        const outcome = await stack.cli(...args, "--non-interactive");
        assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
        return outcome;
    }

    const bucketStatus = () => new Bucket(stack.minio.connection, "command-line").status("HEAD", "");

    it("pulumi preview shows what would be made, and makes nothing", async () => {
        const { stdout } = await pulumi("preview");
        assert.match(stdout, /minio:index:S3Bucket\s+nix-cache-bucket\s+create/);
        assert.equal(await bucketStatus(), 404);
    });

    it("pulumi up makes it", async () => {
        await pulumi("up", "--yes");
        assert.equal(await bucketStatus(), 200);
    });

    it("pulumi preview --refresh --expect-no-changes ends with 0", async () => {
        await pulumi("preview", "--refresh", "--expect-no-changes");
    });

    it("pulumi stack output gives the public key, and the secret one only when asked", async () => {
        const { stdout } = await pulumi("stack", "output", "publicKey");
        assert.match(stdout, /^127\.0\.0\.1-1:[0-9A-Za-z+/]{43}=\n$/);
        assert.equal((await pulumi("stack", "output", "secretKey")).stdout, "[secret]\n");
        const { stdout: secret } = await pulumi("stack", "output", "secretKey", "--show-secrets");
        assert.match(secret, /^127\.0\.0\.1-1:[0-9A-Za-z+/]{86}==\n$/);
    });

    it("pulumi up says what is wrong in one line", async () => {
        stack.configure({ expireDays: -1 });
        const { status, stdout } = await stack.cli("up", "--yes", "--non-interactive");
        assert.notEqual(status, 0);
        const errors = stdout.split("\n").filter((line) => /^\s*error: /.test(line));
        assert.deepEqual(
            errors.map((line) => line.trim()),
            [
                "error: nix-cache:expireDays in Pulumi.command-line.yaml is -1; it must be a whole number from 0 to 36500. Nothing has been changed.",
            ],
        );
        // No stack trace comes with it.
        assert.doesNotMatch(stdout, /^\s+at /m);
        stack.configure({ expireDays: null });
    });

    it("pulumi destroy is refused while the stack is protected", async () => {
        const { status, stdout } = await stack.cli("destroy", "--yes", "--non-interactive");
        assert.notEqual(status, 0);
        assert.match(stdout, /is protected/);
        assert.equal(await bucketStatus(), 200);
    });

    it("pulumi destroy takes it all away once it is not", async () => {
        stack.configure({ protect: false });
        await pulumi("up", "--yes");
        await pulumi("destroy", "--yes");
        assert.equal(await bucketStatus(), 404);
        assert.deepEqual(await stack.resources(), []);
    });
});
