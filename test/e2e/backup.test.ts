import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { kept, quiet } from "./byHand/healed.ts";
import { Scene, secretsOf } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { commandLinesDuring } from "./faults/processTree.ts";
import { objectsOf } from "./serverState.ts";
import { TestStack } from "./testStack.ts";
import { newFolder, newMinio, theWorld } from "./world.ts";
import { unwrapped } from "./unwrapped.ts";

const PASSPHRASE = "a passphrase that nobody guesses";

describe("a backup", function () {
    this.timeout(1_800_000);
    let s: Scene;
    let file: string;
    let locked: string;
    let identity: string;
    const passphrase = { env: { NIX_CACHE_BACKUP_PASSPHRASE: PASSPHRASE } };

    before(async () => {
        s = await Scene.open("saved", { keyGeneration: 2, priority: 33, expireDays: 60 });
        assert.equal(await s.builder(s.one).status("PUT", "nar/x.nar", "nar"), 200);
        file = join(newFolder("backup"), "passphrase.age");
        locked = join(newFolder("backup"), "recipient.age");
        identity = join(newFolder("identity"), "key.txt");
        writeFileSync(identity, `# created: today\n${await generateX25519Identity()}\n`);
    });

    /** All that must be in no file and no argument in clear. */
    function secrets(): string[] {
        const { signingKeys, builders } = s.secrets;
        return [
            ...Object.values(signingKeys as Record<string, string>).map((key) => key.split(":")[1] ?? ""),
            ...Object.values(builders).map(({ secretKey }) => secretKey),
            s.stack.minio.connection.secretKey,
            PASSPHRASE,
        ];
    }

    function assertNone(text: string, what: string): void {
        const all = secrets();
        assert.ok(all.length === 6 && all.every((secret) => secret.length >= 24));
        for (const secret of all) assert.ok(!text.includes(secret), `${what} shows a secret`);
    }

    it("is written to a passphrase, for its owner's eyes alone, and shows no secret", async () => {
        const { result, lines } = await commandLinesDuring(nixCache(s.stack, ["backup", file], passphrase));
        assert.equal(result.status, 0, result.stderr);
        const words = unwrapped(result.stdout);
        assert.match(words, /2 signing keys, secrets of saved-one, saved-two, configuration/);
        assert.equal(statSync(file).mode & 0o777, 0o600);
        assert.match(readFileSync(file, "latin1"), /^age-encryption\.org\/v1\n-> scrypt /);
        assertNone(readFileSync(file, "latin1"), "the file");
        assertNone(result.stdout + result.stderr, "what it prints");
        assert.ok(lines.some((line) => line.includes("pulumi")));
        assertNone(lines.join("\n"), "a process");
    });

    it("is written to an age recipient", async () => {
        const recipient = await identityToRecipient(readFileSync(identity, "utf8").split("\n")[1] ?? "");
        const { status, stderr } = await nixCache(s.stack, ["backup", locked, "--recipient", recipient]);
        assert.equal(status, 0, stderr);
        assert.match(readFileSync(locked, "latin1"), /^age-encryption\.org\/v1\n-> X25519 /);
        const wrong = await nixCache(s.stack, ["backup", `${locked}2`, "--recipient", "age1nonsense"]);
        assert.equal(wrong.status, 2);
        assert.match(wrong.stderr, /^nix-cache: --recipient is no age recipient .*\n$/);
    });

    it("is not written without a passphrase, nor over what cannot be written", async () => {
        const none = await nixCache(s.stack, ["backup", `${file}2`]);
        assert.equal(none.status, 1);
        assert.match(none.stderr, /^nix-cache: there is no terminal to ask for the passphrase at: .*\n$/);
        const nowhere = await nixCache(s.stack, ["backup", join(file, "below")], passphrase);
        assert.equal(nowhere.status, 1);
        assert.match(nowhere.stderr, /^nix-cache: \S+ cannot be written: no folder is \S+\n$/);
    });

    it("is refused by a stack that has resources", async () => {
        const { status, stderr } = await nixCache(s.stack, ["restore", file], passphrase);
        assert.equal(status, 1);
        assert.match(
            stderr,
            /^nix-cache: the stack has \d+ resources: a backup is restored into a new .*\n$/,
        );
    });

    it("says so in one line when the passphrase, the identity or the file is wrong, and changes nothing", async () => {
        const stack = await TestStack.open("wrong");
        const before = readFileSync(join(stack.place.workDir, "Pulumi.wrong.yaml"), "utf8");
        const damaged = join(newFolder("damaged"), "file.age");
        const bytes = readFileSync(file);
        bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
        writeFileSync(damaged, bytes);
        const other = join(newFolder("identity"), "key.txt");
        writeFileSync(other, await generateX25519Identity());
        for (const [args, env] of [
            [["restore", file], { NIX_CACHE_BACKUP_PASSPHRASE: "wrong" }],
            [["restore", damaged], passphrase.env],
            [["restore", locked, "--identity", other], {}],
            [["restore", locked], passphrase.env],
            [["restore", file, "--identity", identity], {}],
        ] as const) {
            const { status, stderr } = await nixCache(stack, args, { env });
            assert.equal(status, 1, args.join(" "));
            assert.match(stderr, /^nix-cache: the backup cannot be opened: .*\n$/);
        }
        assert.equal(readFileSync(join(stack.place.workDir, "Pulumi.wrong.yaml"), "utf8"), before);
    });

    it("overwrites no edited settings without a question, and shows what it would", async () => {
        const stack = await TestStack.open("edited", { priority: 44 });
        const settings = join(stack.place.workDir, "Pulumi.edited.yaml");
        const before = readFileSync(settings, "utf8");
        const asked = await nixCache(stack, ["restore", file], passphrase);
        assert.equal(asked.status, 1);
        assert.match(asked.stderr, /^Pulumi\.edited\.yaml has other values than the backup of \S+Z:\n/);
        assert.match(asked.stderr, /\n {2}nix-cache:priority\n {6}"44"\n {6}becomes "33"\n/);
        assert.match(
            asked.stderr,
            /\nnix-cache: this asks before it overwrites them, .* --yes; Pulumi\.edited\.yaml is as it was\n$/,
        );
        assertNone(asked.stdout + asked.stderr, "what it prints");
        assert.equal(readFileSync(settings, "utf8"), before);
        const restored = await nixCache(stack, ["restore", file, "--yes"], passphrase);
        assert.equal(restored.status, 0, restored.stdout + restored.stderr);
        assertNone(restored.stdout + restored.stderr, "what it prints");
        assert.match(readFileSync(settings, "utf8"), /nix-cache:priority: "?33/);
        // What is the same now is no question.
        const again = await nixCache(stack, ["restore", file], passphrase);
        assert.equal(again.status, 0, again.stdout + again.stderr);
    });

    it("gives a stack whose state was lost back: up takes the cache over as it is", async () => {
        const before = await objectsOf(s.stack.minio.connection, s.bucket);
        const stack = await TestStack.open("found-again");
        const { result, lines } = await commandLinesDuring(
            nixCache(stack, ["restore", file, "--yes"], passphrase),
        );
        assert.equal(result.status, 0, result.stdout + result.stderr);
        assertNone(result.stdout + result.stderr, "what it prints");
        assertNone(lines.join("\n"), "a process");
        assertNone(
            readFileSync(join(stack.place.workDir, "Pulumi.found-again.yaml"), "utf8"),
            "the settings",
        );
        const up = await nixCache(stack, ["up"]);
        assert.equal(up.status, 0, up.stdout + up.stderr);
        assertNone(up.stdout + up.stderr, "what it prints");
        assert.deepEqual(await secretsOf(stack), s.secrets);
        await quiet(s.on(stack));
        await kept(s, before);
        // Repeated, it is refused: the stack has resources now.
        assert.equal((await nixCache(stack, ["restore", file], passphrase)).status, 1);
    });

    it("gives the same cache on another, empty server", async () => {
        const minio = await newMinio((await theWorld()).tools);
        const stack = await TestStack.open("elsewhere", {}, minio);
        const restored = await nixCache(stack, ["restore", locked, "--identity", identity, "--yes"]);
        assert.equal(restored.status, 0, restored.stdout + restored.stderr);
        stack.configure(stack.serverConfig());
        await stack.setPassword(minio.connection.secretKey);
        const up = await nixCache(stack, ["up"]);
        assert.equal(up.status, 0, up.stdout + up.stderr);
        assert.deepEqual(await secretsOf(stack), s.secrets);
        await quiet(s.on(stack));
        assert.deepEqual(Object.keys(await objectsOf(minio.connection, s.bucket)).sort(), [
            "nix-cache-info",
            "usage.html",
        ]);
    });
});
