import assert from "node:assert/strict";
import { builderPolicy } from "../../src/cache/policies.ts";
import { quiet, seen } from "./byHand/healed.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { newMinio, theWorld } from "./world.ts";

describe("a cache without listing and without expiry", function () {
    this.timeout(1_800_000);
    let s: Scene;

    before(async () => {
        s = await Scene.open("plain", { anonymousListing: false, expireDays: 0 });
    });

    it("that is given both by hand is brought back", async () => {
        await s.mc("anonymous", "set", "download", s.at);
        await s.mc("ilm", "rule", "add", "--expire-days", "90", s.at);
        await seen(s, [
            /^anonymous access to bucket plain: everyone can list on the server .*, should be read without listing$/,
            "expiry of bucket plain: a rule for the whole bucket was added (90 days), should be none",
        ]);
        const healed = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(healed.status, 0, healed.stdout + healed.stderr);
        await quiet(s);
    });
});

describe("what is written differently and means the same", function () {
    this.timeout(1_800_000);
    let s: Scene;

    before(async () => {
        s = await Scene.open("same");
    });

    async function noDrift(): Promise<void> {
        const [drift, preview] = await Promise.all([nixCache(s.stack, ["drift"]), s.stack.preview()]);
        assert.equal(drift.status, 0, drift.stdout + drift.stderr);
        assert.equal(preview.failed, false, preview.text);
    }

    it("is no drift where strangers have buckets, users, groups and policies of their own", async () => {
        await s.mc("mb", "server/strangers");
        await s.mc("admin", "user", "add", "server", "a-stranger", "strange-secret");
        await s.mc("admin", "policy", "attach", "server", "readwrite", "--user", "a-stranger");
        await s.mc("admin", "group", "add", "server", "strangers", "a-stranger");
        await noDrift();
        await quiet(s);
    });

    it("is no drift in the bucket's policy", async () => {
        const everyone = { Effect: "Allow", Principal: "*" };
        const [bucket, objects] = ["arn:aws:s3:::same", "arn:aws:s3:::same/*"];
        const Statement = [
            { ...everyone, Action: "s3:GetObject", Resource: objects },
            { ...everyone, Action: "s3:ListBucket", Resource: bucket },
            { ...everyone, Action: "s3:GetBucketLocation", Resource: bucket, Sid: "where" },
            // Another statement allows it already.
            { ...everyone, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::same/nar/*"] },
        ];
        await s.mc("anonymous", "set-json", s.file({ Version: "2012-10-17", Statement }), s.at);
        await noDrift();
    });

    it("is no drift in the write policy", async () => {
        const [allow, ...denials] = builderPolicy("same").Statement;
        const single = (allow?.Action ?? []).map((action) => ({
            Effect: "Allow",
            Action: action,
            Resource: action.includes("Bucket") ? "arn:aws:s3:::same" : "arn:aws:s3:::same/*",
        }));
        const document = { Version: "2012-10-17", Statement: [...denials, ...single.reverse()] };
        await s.mc("admin", "policy", "create", "server", s.writePolicy, s.file(document));
        await noDrift();
    });

    it("is no drift in the rules, in another order and under other names", async () => {
        const text = await s.mc("ilm", "rule", "export", s.at);
        const { Rules } = JSON.parse(text) as { Rules: { ID: string }[] };
        const others = Rules.reverse().map((rule, index) => ({ ...rule, ID: `rule-${index}` }));
        await s.mcWith(JSON.stringify({ Rules: others }), "ilm", "rule", "import", s.at);
        await noDrift();
    });
});

describe("a stack whose configuration was changed and not deployed", function () {
    this.timeout(1_800_000);
    let s: Scene;

    before(async () => {
        s = await Scene.open("pending");
    });

    async function isQuiet(): Promise<void> {
        for (const command of ["drift", "preview"]) {
            const { status, stdout, stderr } = await nixCache(s.stack, [command]);
            assert.equal(status, 0, stdout + stderr);
        }
    }

    it("is healed by a plan that says what the configuration has changed, which is deployed with it", async () => {
        s.stack.configure({ expireDays: 20, keyGeneration: 2 });
        await s.mc("admin", "user", "disable", "server", s.one);
        const { status, stdout, stderr } = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(status, 0, stdout + stderr);
        assert.match(
            stdout,
            /\nthis will be done; the configuration has changed since the last deployment:\n/,
        );
        const plan = stdout.replaceAll(/\s+/g, " ");
        assert.match(
            plan,
            / the configuration has changed: the expiry rules, the key that signs, the keys that hosts accept /,
        );
        assert.doesNotMatch(plan, /no key or secret changes/);
        await isQuiet();
    });

    it("shows of an update with drift neither what stands for it, nor counts it", async () => {
        await s.mc("admin", "user", "disable", "server", s.one);
        const up = await nixCache(s.stack, ["up"]);
        assert.equal(up.status, 0, up.stderr);
        assert.doesNotMatch(up.stdout, /RandomUuid/);
        assert.match(up.stdout, /\nno changes; what hosts need: pulumi stack output\n/);
        assert.match(up.stdout, /\nwhat was changed by hand is as it was; to put it back: nix-cache heal\n/);
        await s.mc("admin", "user", "enable", "server", s.one);
        await isQuiet();
    });
});

describe("a stack that was given another name", function () {
    this.timeout(1_800_000);

    it("is healed without another deployment in between", async () => {
        const s = await Scene.open("named");
        const renamed = await s.stack.cli("stack", "rename", "named-anew");
        assert.equal(renamed.status, 0, renamed.stderr);
        await s.mc("admin", "user", "disable", "server", s.one);
        const run = (...args: string[]) => nixCache(s.stack, [...args, "--stack", "named-anew"]);
        const healed = await run("heal", "--yes");
        assert.equal(healed.status, 0, healed.stdout + healed.stderr);
        assert.equal((await run("drift")).status, 0);
        assert.equal((await run("preview")).status, 0);
        assert.equal(await s.builder(s.one).status("PUT", "nar/x.nar", "nar"), 200);
    });
});

describe("a policy that MinIO takes and cannot export", function () {
    this.timeout(1_800_000);

    it("is said in one line, with what to do, and is no drift", async () => {
        const minio = await newMinio((await theWorld()).tools);
        const s = await Scene.open("exported", {}, minio);
        const document = {
            Version: "2012-10-17",
            Statement: [{ Effect: "Deny", NotAction: ["s3:GetObject"], Resource: ["arn:aws:s3:::theirs/*"] }],
        };
        await s.mc("admin", "policy", "create", "server", "theirs", s.file(document));
        const { status, stderr } = await nixCache(s.stack, ["drift"]);
        assert.equal(status, 4);
        assert.match(
            stderr,
            /^nix-cache: \S+ has a policy with a NotAction, which MinIO takes but cannot export: remove it \(mc admin policy ls, mc admin policy rm\)\n$/,
        );
        await s.mc("admin", "policy", "rm", "server", "theirs");
        await quiet(s);
    });
});
