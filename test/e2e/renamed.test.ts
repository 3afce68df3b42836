import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nixCache } from "./cli.ts";
import { mc } from "./mc.ts";
import { TestStack } from "./testStack.ts";

const PASSPHRASE = { NIX_CACHE_BACKUP_PASSPHRASE: "a passphrase that nobody guesses" };

describe("a project whose Pulumi.yaml has another name", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    const file = () => join(stack.place.workDir, "keys.age");
    const succeeds = async (...args: string[]) => {
        const outcome = await nixCache(stack, args, { env: PASSPHRASE });
        assert.equal(outcome.status, 0, `${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
        return outcome.stdout;
    };

    before(async () => {
        stack = await TestStack.open(
            "renamed",
            { "my-cache:bucket": "renamed", "my-cache:builders": ["renamed-one"], "my-cache:protect": false },
            undefined,
            "my-cache",
        );
    });

    it("is deployed, and quiet then", async () => {
        await succeeds("up");
        assert.match(await succeeds("preview"), /\nnothing would be changed\n$/);
        assert.match(await succeeds("drift"), /^no drift/);
    });

    it("is healed", async () => {
        const disabled = await mc(stack, ["admin", "user", "disable", "server", "renamed-one"]);
        assert.equal(disabled.status, 0, disabled.stderr);
        assert.equal((await nixCache(stack, ["drift"])).status, 3);
        assert.match(await succeeds("heal", "--yes"), /\nno drift: all of it is as the stack declares it\n$/);
        assert.match(await succeeds("preview"), /\nnothing would be changed\n$/);
    });

    it("tells hosts of itself, and the doctor finds nothing", async () => {
        assert.match(await succeeds("host", "linux"), /renamed/);
        await succeeds("doctor");
    });

    it("is backed up, and restored into a new stack with the same keys", async () => {
        await succeeds("backup", file());
        await succeeds("restore", file(), "--stack", "renamed-again");
        const settings = readFileSync(join(stack.place.workDir, "Pulumi.renamed-again.yaml"), "utf8");
        assert.match(settings, /^ {2}my-cache:signingKeys:/m);
        assert.match(settings, /^ {2}my-cache:builderSecrets:/m);
        assert.doesNotMatch(settings, /nix-cache:/);
    });

    it("is restored into a project of yet another name, whose own keys these are there", async () => {
        const project = join(stack.place.workDir, "Pulumi.yaml");
        writeFileSync(project, readFileSync(project, "utf8").replace(/^name: .*$/m, "name: her-cache"));
        await succeeds("restore", file(), "--stack", "renamed-there");
        const settings = readFileSync(join(stack.place.workDir, "Pulumi.renamed-there.yaml"), "utf8");
        assert.match(settings, /^ {2}her-cache:signingKeys:/m);
        assert.match(settings, /^ {2}her-cache:bucket: renamed$/m);
        assert.match(settings, /^ {2}minio:minioServer:/m);
        assert.doesNotMatch(settings, /(my|nix)-cache:/);
    });
});
