import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSecretKey } from "../../src/cache/signingKey.ts";
import { TestStack } from "./testStack.ts";

/** A secret, and every way in which somebody could have written it. */
interface Secret {
    readonly what: string;
    readonly forms: readonly string[];
}

function forms(bytes: Buffer): string[] {
    // Without the padding, which may have been cut off, and without what depends on the bytes that follow.
    const base64 = bytes.toString("base64").replace(/=+$/, "").slice(0, -1);
    return [base64, base64.replaceAll("+", "-").replaceAll("/", "_"), bytes.toString("hex")];
}

const textual = (what: string, text: string): Secret => ({
    what,
    forms: [text, ...forms(Buffer.from(text))],
});

describe("secrets", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    const secrets: Secret[] = [];

    before(async () => {
        const config = { bucket: "secrets", builders: ["secrets-one", "secrets-two"] };
        stack = await TestStack.open("secrets", config);
        await stack.up();
        await stack.up({ keyGeneration: 2, builders: ["secrets-one"] });
        await stack.up({ builders: ["secrets-one", "secrets-two"] });
        await stack.mustBeQuiet();
        // The most that Pulumi shows of what it would do.
        stack.configure({ priority: 1, keyGeneration: 3, builders: ["secrets-two"] });
        const onOutput = (text: string) => (stack.log += text);
        await stack.stack.preview({ color: "never", diff: true, onOutput, onError: onOutput });
        await collect();
    });

    async function collect(): Promise<void> {
        const outputs = (await stack.outputs()) as {
            secretKey: string;
            signingKeys: Record<string, string>;
            builders: Record<string, { secretKey: string }>;
        };
        secrets.push(textual("the administrator's password", stack.minio.connection.secretKey));
        for (const [name, { secretKey }] of Object.entries(outputs.builders)) {
            secrets.push(textual(`the secret of ${name}`, secretKey));
        }
        for (const [generation, secretKey] of Object.entries(outputs.signingKeys)) {
            assert.equal(parseSecretKey(secretKey).secretKey, secretKey);
            const bytes = Buffer.from(secretKey.slice(secretKey.indexOf(":") + 1), "base64");
            secrets.push({ what: `secret key ${generation}`, forms: forms(bytes) });
            secrets.push({ what: `the seed of key ${generation}`, forms: forms(bytes.subarray(0, 32)) });
        }
        const { deployment } = (await stack.stack.exportStack()) as {
            deployment: { resources: { urn: string; outputs?: { result?: { plaintext?: string } } }[] };
        };
        for (const { urn, outputs } of deployment.resources) {
            const text = outputs?.result?.plaintext;
            if (text !== undefined) secrets.push(textual(urn, JSON.parse(text) as string));
        }
    }

    function mustNotHold(text: string, where: string): void {
        assert.ok(text.length > 0, where);
        for (const { what, forms: all } of secrets) {
            for (const form of all) assert.ok(!text.includes(form), `${where} holds ${what}`);
        }
    }

    it("are known to this test, all of them, so that it can find them", async () => {
        // Password, two builders; two keys and their seeds; four random texts in the state.
        assert.equal(secrets.length, 3 + 2 * 2 + 4);
        for (const { what, forms: all } of secrets)
            assert.ok(
                all.every((form) => form.length > 20),
                what,
            );
        const { stdout } = await stack.cli("stack", "output", "--show-secrets", "--json");
        assert.throws(() => mustNotHold(stdout, "stack output --show-secrets"));
        const clear = await stack.cli("stack", "export", "--show-secrets");
        assert.throws(() => mustNotHold(clear.stdout, "stack export --show-secrets"));
    });

    it("are not in the exported state, ids included", async () => {
        const text = await stack.exported();
        mustNotHold(text, "stack export");
        // Nothing else in it is what a random resource made.
        const resources = await stack.resources();
        const ids = resources.filter(({ type }) => type.startsWith("random:")).map(({ id }) => id);
        for (const id of ids) assert.match(id ?? "", /^(none|[0-9a-f-]{36})$/);
    });

    it("are in no file of the backend, the history and the backups included", () => {
        const files = readdirSync(stack.place.state, { recursive: true, withFileTypes: true }).filter(
            (file) => file.isFile(),
        );
        assert.ok(files.length > 5);
        for (const file of files) {
            const path = join(file.parentPath, file.name);
            const text = readFileSync(path, "utf8");
            if (text !== "") mustNotHold(text, path);
        }
    });

    it("are not in the settings file", () => {
        const file = join(stack.place.workDir, "Pulumi.secrets.yaml");
        mustNotHold(readFileSync(file, "utf8"), "the settings file");
    });

    it("are not in what pulumi stack output shows", async () => {
        for (const args of [[], ["--json"]]) {
            const { status, stdout, stderr } = await stack.cli("stack", "output", ...args);
            assert.equal(status, 0, stderr);
            assert.match(stdout, /\[secret\]/);
            mustNotHold(stdout, "stack output");
        }
    });

    it("are in none of the outputs that are no secret", async () => {
        const outputs = await stack.stack.outputs();
        const plain = Object.entries(outputs).filter(([, { secret }]) => !secret);
        assert.ok(plain.length >= 6);
        for (const [name, { value }] of plain) mustNotHold(JSON.stringify(value), `the output ${name}`);
    });

    it("are not in anything that Pulumi has printed", () => {
        // It is all there: the previews of a change and of another key too.
        for (const part of [/40\D+=> \D*1\b|Priority: 1/, /nix-cache-key-3/]) assert.ok(part.test(stack.log));
        mustNotHold(stack.log, "Pulumi's output");
    });
});
