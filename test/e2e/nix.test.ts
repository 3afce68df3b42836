import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { parseNarinfo, signNarinfo } from "../../src/cache/narinfo.ts";
import { signingKeyFromSeed } from "../../src/cache/signingKey.ts";
import { closurePaths, exportWithNix, narinfoName, type Export } from "../../sandbox/closure.ts";
import {
    nix,
    nixEnvironment,
    nixOrFail,
    removeStore,
    storeUrl,
    type NixSandbox,
} from "../../sandbox/nixCommand.ts";
import { mustBeRefusedByNix, readWithNix } from "../../sandbox/readBack.ts";
import { upload } from "../../sandbox/upload.ts";
import { run } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { nixCache } from "./cli.ts";
import { Bucket, builder } from "./objects.ts";
import { defaultStack } from "./shared.ts";
import { newFolder } from "./world.ts";

describe("real Nix", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let sandbox: NixSandbox;
    let admin: Bucket;
    let files: Export;
    let keys: { publicKey: string; secretKey: string; nixConf: string; substituter: string };
    const top = closurePaths().at(-1) ?? "";
    const folders: string[] = [];

    /** Nix with a home of its own, which knows nothing yet. */
    function fresh(): NixSandbox {
        const dir = newFolder("nix");
        folders.push(dir);
        return { ...sandbox, dir };
    }

    before(async function () {
        const { stack } = await defaultStack();
        const { nix: folder } = stack.world.tools;
        if (folder === undefined) skip(this, "nix");
        sandbox = { nix: folder, bundle: stack.world.bundle, dir: "" };
        keys = (await stack.outputs()) as unknown as typeof keys;
        admin = new Bucket(stack.minio.connection, "nix-cache");
        files = await exportWithNix(fresh(), keys.secretKey);
        await upload(await builder(stack, "nixbuilder"), "nix-cache", files);
    });
    after(() => folders.forEach(removeStore));

    /** With other text in place of the top path's narinfo, for as long as something is tried. */
    async function withNarinfo(
        change: (text: string) => string,
        attempt: () => Promise<void>,
    ): Promise<void> {
        const name = narinfoName(top);
        const text = String(await admin.read(name));
        await admin.status("PUT", name, change(text));
        try {
            await attempt();
        } finally {
            await admin.status("PUT", name, text);
        }
    }

    it("makes the same public key of the secret key", async () => {
        const { nix: folder, bundle } = sandbox;
        const { status, stdout } = await run(
            join(folder, "nix"),
            ["--extra-experimental-features", "nix-command", "key", "convert-secret-to-public"],
            { env: { ...process.env, NIX_SSL_CERT_FILE: bundle }, input: keys.secretKey },
        );
        assert.equal(status, 0);
        assert.equal(stdout.trim(), keys.publicKey);
    });

    it("makes the signatures that this project makes", () => {
        assert.equal(files.narinfos.length, 4);
        for (const { content } of files.narinfos) {
            const info = parseNarinfo(content.toString());
            assert.equal(info.signatures.length, 1);
            assert.deepEqual(signNarinfo({ ...info, signatures: [] }, keys.secretKey), info);
        }
    });

    it("substitutes a closure with nothing but the stack's lines in nix.conf, signatures required", () =>
        readWithNix(fresh(), keys.nixConf));

    it("realises what curl gets of a pin, and nothing once it has ended", async () => {
        const { stack } = await defaultStack();
        const made = await nixCache(stack, ["pin", "deployed", top, "--upstream", ""]);
        assert.equal(made.status, 0, made.stderr);
        const here = fresh();
        const store = storeUrl(join(here.dir, "read"));
        const script = `nix-store --store '${store}' --realise "$(curl -sS --fail --cacert '${stack.minio.caFile}' '${keys.substituter}/_pins/deployed')"`;
        const env = nixEnvironment(here, keys.nixConf);
        const realise = () =>
            run("sh", ["-c", script], {
                env: { ...env, PATH: [here.nix, process.env.PATH ?? ""].join(delimiter) },
            });
        const { status, stdout, stderr } = await realise();
        assert.equal(status, 0, stderr);
        assert.equal(stdout.trim().split("\n").at(-1), top);
        assert.equal((await nixCache(stack, ["unpin", "deployed"])).status, 0);
        assert.notEqual((await realise()).status, 0);
    });

    it("verifies the signatures in the cache with the public key", async () => {
        const verify = ["store", "verify", "--recursive", "--sigs-needed", "1", "--no-contents"];
        await nixOrFail(fresh(), "nix", [...verify, "--store", keys.substituter, top], keys.nixConf);
        const { status } = await nix(fresh(), "nix", [...verify, "--store", keys.substituter, top]);
        assert.notEqual(status, 0);
    });

    it("refuses it with another key of the same name", async () => {
        const name = keys.publicKey.slice(0, keys.publicKey.indexOf(":"));
        const { publicKey } = signingKeyFromSeed(name, new Uint8Array(32).fill(1));
        await mustBeRefusedByNix(fresh(), keys.nixConf.replace(keys.publicKey, publicKey));
    });

    it("refuses it with no trusted key at all", () =>
        mustBeRefusedByNix(fresh(), keys.nixConf.replace(/^extra-trusted.*$/m, "")));

    for (const [what, change] of [
        [
            "of which one letter has changed",
            (text: string) =>
                text.replace(/^(Sig: [^:]+:)(.)/m, (_, start: string, letter: string) =>
                    start.concat(letter === "A" ? "B" : "A"),
                ),
        ],
        ["that is missing", (text: string) => text.replace(/^Sig: .*\n/m, "")],
        ["of another path", (text: string) => text.replace(/^NarSize: .*$/m, "NarSize: 1")],
        [
            "by another key under the same name",
            (text: string) => {
                const info = parseNarinfo(text);
                const name = info.signatures[0]?.split(":")[0] ?? "";
                const other = signingKeyFromSeed(name, new Uint8Array(32).fill(2)).secretKey;
                const { signatures } = signNarinfo({ ...info, signatures: [] }, other);
                return text.replace(/^Sig: .*$/m, `Sig: ${signatures[0] ?? ""}`);
            },
        ],
    ] as const) {
        it(`refuses a signature ${what}`, () =>
            withNarinfo(
                (text) => {
                    const changed = change(text);
                    assert.notEqual(changed, text);
                    return changed;
                },
                () => mustBeRefusedByNix(fresh(), keys.nixConf),
            ));
    }

    it("refuses a NAR that is not the one that was signed", async () => {
        const others = files.narinfos.map(({ content }) => parseNarinfo(content.toString()));
        const other = others.find(({ storePath }) => storePath !== top)?.url ?? "";
        await withNarinfo(
            (text) => text.replace(/^URL: .*$/m, `URL: ${other}`),
            async () => {
                const store = storeUrl(join(fresh().dir, "read"));
                const args = ["--store", store, "--realise", top];
                const { status, stderr } = await nix(fresh(), "nix-store", args, keys.nixConf);
                assert.notEqual(status, 0);
                assert.match(stderr, /hash mismatch/);
            },
        );
    });

    it("takes it again once all is as it was", () => readWithNix(fresh(), keys.nixConf));
});
