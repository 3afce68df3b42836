import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import type { Connection } from "../../src/s3/connection.ts";
import { asEveryone } from "../../src/content/access.ts";
import { listPins } from "../../src/content/pins.ts";
import { readPin } from "../../src/content/readPin.ts";
import { writePin } from "../../src/content/writePin.ts";
import { pinned } from "../../src/cache/pinChange.ts";
import type { Credentials } from "../../src/hosts/awsCredentials.ts";
import { run } from "../../src/system/run.ts";
import { nixCache } from "./cli.ts";
import { mc } from "./mc.ts";
import { anonymous, Bucket } from "./objects.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";
import { putClosure, type Path } from "./pinning/closure.ts";
import { outside, userFiles } from "./pinning/outside.ts";

const BUCKET = "pinned";
const path = (name: string) => `/nix/store/${"1".repeat(32)}-${name}`;
const CONFIG = {
    bucket: BUCKET,
    builders: ["pin-builder"],
    pinners: ["laptop", "lap.top"],
    pins: { main: path("of-the-stack") },
};

interface Outputs {
    readonly builders: Record<string, Credentials>;
    readonly pinners: Record<string, Credentials>;
    readonly hostConfig: unknown;
    readonly secretKey: string;
    readonly substituter: string;
}

describe("pins", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let outputs: Outputs;
    let admin: Bucket;
    let closure: readonly Path[];
    const as = (credentials: Credentials | undefined) => {
        const { url, ca } = stack.minio.connection;
        const connection: Connection = { url, ca, ...credentials };
        return { connection, bucket: new Bucket(connection, BUCKET) };
    };
    const from = outside;
    const files = (user: Credentials | undefined, profile: boolean) => {
        assert.ok(user);
        // A host's file has its own profile alone.
        return userFiles(outputs.hostConfig, user, profile ? undefined : "laptop");
    };

    before(async () => {
        stack = await TestStack.open("pins", CONFIG);
        await stack.up();
        outputs = (await stack.outputs()) as unknown as Outputs;
        admin = new Bucket(stack.minio.connection, BUCKET);
        closure = await putClosure(admin, outputs.secretKey, ["leaf", "middle", "top"]);
    });

    it("leave the stack quiet", () => stack.mustBeQuiet());

    it("of the configuration are there for everyone, and no builder's command changes them", async () => {
        const everyone = new Bucket(anonymous(stack), BUCKET);
        assert.equal(await everyone.read("_pins/main"), `${path("of-the-stack")}\n`);
        const pin = await readPin({ connection: anonymous(stack), bucket: BUCKET }, "main");
        assert.deepEqual(
            [pin?.pin.by, pin?.pin.until, pin?.pin.revisions],
            ["the stack", null, [{ since: null, paths: [path("of-the-stack")] }]],
        );
        const builders = files(outputs.builders["pin-builder"], true);
        const refused = await from(builders, "pin", "main", closure[2]!.path, "--upstream", "");
        assert.equal(refused.status, 1, refused.stderr);
        assert.match(refused.stderr, /pin-builder may not write the pin main: /);
        const ours = await nixCache(stack, ["unpin", "main"]);
        assert.equal(ours.status, 1);
        assert.match(ours.stderr, /main is a pin of the stack's configuration/);
    });

    describe("a builder", () => {
        it("cannot write the stack's pins, nor a host's, nor delete any; all else about pins it can", async () => {
            const { bucket } = as(outputs.builders["pin-builder"]);
            for (const key of [
                "_pins/main",
                "_pins/main.json",
                "_pins/hosts/laptop",
                "_pins/hosts/laptop.json",
                "_pins/hosts/other.json",
                "_pins/hosts/x/y",
            ]) {
                assert.equal(await bucket.status("PUT", key, "mine"), 403, key);
                assert.equal(
                    (await bucket.request("POST", key, { query: { uploads: "" }, body: "" })).status,
                    403,
                    key,
                );
                const headers = { "x-amz-copy-source": `/${BUCKET}/nix-cache-info` };
                assert.equal((await bucket.request("PUT", key, { headers, body: "" })).status, 403, key);
            }
            for (const key of ["_pins/main", "_pins/mine"])
                assert.equal(await bucket.status("DELETE", key), 403, key);
            for (const key of ["nix-cache-info", "usage.html"])
                assert.equal(await bucket.status("PUT", key, "mine"), 403, key);
            assert.equal(await bucket.status("PUT", "_pins/mine", "x"), 200);
            assert.equal(await bucket.status("PUT", "_pins/mainly.json", "x"), 200);
        });

        it("pins what is whole in the cache, and real curl gets the path", async () => {
            const folder = files(outputs.builders["pin-builder"], true);
            const { status, stdout, stderr } = await from(
                folder,
                "pin",
                "deploy",
                closure[2]!.path,
                "--upstream",
                "",
            );
            assert.deepEqual([status, stderr], [0, ""]);
            assert.equal(stdout, `deploy: ${closure[2]!.path}\npinned without an end (3 paths)\n`);
            const got = await run("curl", [
                "-sS",
                "--fail",
                "--cacert",
                stack.minio.caFile,
                `${outputs.substituter}/_pins/deploy`,
            ]);
            assert.equal(got.stdout, `${closure[2]!.path}\n`, got.stderr);
        });

        it("pins nothing of which a member, or its NAR, is missing, and is told which", async () => {
            const folder = files(outputs.builders["pin-builder"], true);
            for (const key of [closure[0]!.narinfo, closure[0]!.nar]) {
                const content = (await admin.request("GET", key)).body;
                assert.equal(await admin.status("DELETE", key), 204);
                const refused = await from(folder, "pin", "broken", closure[2]!.path, "--upstream", "");
                assert.equal(refused.status, 1);
                assert.ok(
                    refused.stderr.includes(
                        `broken is not whole in the cache: 1 path is missing\n  ${closure[0]!.path}\n`,
                    ),
                    refused.stderr,
                );
                assert.equal(
                    await readPin({ connection: anonymous(stack), bucket: BUCKET }, "broken"),
                    undefined,
                );
                await admin.request("PUT", key, { body: content });
            }
            const nowhere = await from(
                folder,
                "pin",
                "broken",
                path("nowhere"),
                "--upstream",
                "",
                "--allow-missing",
            );
            assert.equal(nowhere.status, 6, nowhere.stderr);
            assert.ok(await readPin({ connection: anonymous(stack), bucket: BUCKET }, "broken"));
        });

        it("keeps revisions, shows them, and ends a pin", async () => {
            const folder = files(outputs.builders["pin-builder"], true);
            const pin = (index: number, ...more: string[]) =>
                from(folder, "pin", "history", closure[index]!.path, "--upstream", "", ...more);
            assert.equal((await pin(0, "--keep-revisions", "2")).status, 0);
            for (const index of [1, 2]) assert.equal((await pin(index)).status, 0);
            const shown = await from(folder, "pins", "--json");
            const { pins } = JSON.parse(shown.stdout) as {
                pins: { name: string; revisions: { paths: string[] }[] }[];
            };
            assert.deepEqual(
                pins.find(({ name }) => name === "history")?.revisions.map(({ paths }) => paths),
                [[closure[2]!.path], [closure[1]!.path]],
            );
            const ended = await from(folder, "unpin", "history");
            assert.deepEqual([ended.status, ended.stderr], [0, ""]);
            const table = await from(folder, "pins");
            assert.match(table.stdout, /^history +\d{4}-\d\d-\d\d +ended +2 +pin-builder$/m);
            assert.match(table.stderr, /mainly is no pin: this pin is no JSON object/);
            assert.ok(
                table.stdout
                    .split("\n")
                    .every((line) => line.startsWith("  /nix/store/") || line.length <= 80),
            );
            assert.equal((await from(folder, "unpin", "never")).status, 1);
        });
    });

    describe("of several writers", () => {
        it("lose no revision of two that are written at the same time", async () => {
            const cache = { connection: as(outputs.builders["pin-builder"]).connection, bucket: BUCKET };
            const names = Array.from({ length: 8 }, (_, index) => path(`at-once-${index}`));
            await Promise.all(
                names.map((one) =>
                    writePin(cache, "crowd", (before) =>
                        pinned(
                            before,
                            { name: "crowd", by: "x", paths: [one], until: null, keepRevisions: 50 },
                            new Date(),
                        ),
                    ),
                ),
            );
            const stored = await readPin(asEveryone(cache), "crowd");
            assert.ok(stored);
            assert.deepEqual(stored.pin.revisions.flatMap(({ paths }) => paths).toSorted(), names);
            assert.equal(await admin.read("_pins/crowd"), `${stored.pin.revisions[0]?.paths[0] ?? ""}\n`);
        });

        it("are listed by the administrator, those that are none passed over", async () => {
            const names: string[] = [];
            for await (const { name } of listPins({ connection: stack.minio.connection, bucket: BUCKET }))
                names.push(name);
            assert.ok(names.includes("main") && names.includes("deploy") && !names.includes("mainly"));
        });
    });

    describe("a pinner", () => {
        it("can write its own pin, and nothing else", async () => {
            const { bucket } = as(outputs.pinners.laptop);
            for (const key of ["_pins/hosts/laptop", "_pins/hosts/laptop.json"]) {
                assert.equal(await bucket.status("PUT", key, "x"), 200, key);
                assert.equal(await bucket.status("DELETE", key), 403, key);
            }
            const others = [
                "_pins/hosts/lap.top",
                "_pins/hosts/lap.top.json",
                "_pins/hosts/laptop/x",
                "_pins/hosts/laptopx",
                "_pins/laptop",
                "_pins/main",
                "_pins/deploy.json",
                "nix-cache-info",
                "usage.html",
                closure[0]!.narinfo,
                closure[0]!.nar,
                "log/x",
            ];
            for (const key of others) {
                assert.equal(await bucket.status("PUT", key, "x"), 403, key);
                assert.equal(
                    (await bucket.request("POST", key, { query: { uploads: "" }, body: "" })).status,
                    403,
                    key,
                );
                assert.equal(await bucket.status("DELETE", key), 403, key);
                const headers = { "x-amz-copy-source": `/${BUCKET}/_pins/hosts/laptop` };
                assert.equal((await bucket.request("PUT", key, { headers, body: "" })).status, 403, key);
            }
            const other = new Bucket(stack.minio.connection, "not-pinned");
            assert.equal(await other.status("PUT", ""), 200);
            const there = new Bucket(as(outputs.pinners.laptop).connection, "not-pinned");
            assert.equal(await there.status("PUT", "_pins/hosts/laptop", "x"), 403);
            assert.equal(await there.status("GET", ""), 403);
            assert.equal(
                await new Bucket(as(outputs.pinners.laptop).connection, "made-by-laptop").status("PUT", ""),
                403,
            );
            const account = await mc(
                stack,
                ["admin", "accesskey", "create", "server"],
                as(outputs.pinners.laptop).connection,
            );
            assert.match(account.stdout + account.stderr, /Access Denied/);
        });

        it("pins by the command, for 180 days, in its own name alone", async () => {
            const folder = files(outputs.pinners.laptop, false);
            const with_ = (...args: string[]) => from(folder, ...args, "--profile", "laptop");
            const made = await with_("pin", "laptop", closure[1]!.path, "--upstream", "");
            assert.equal(made.status, 0, made.stderr);
            const stored = await readPin({ connection: anonymous(stack), bucket: BUCKET }, "hosts/laptop");
            const lasts = (stored?.pin.until?.getTime() ?? 0) - (stored?.pin.written?.getTime() ?? 0);
            assert.equal(Math.round(lasts / 86_400_000), 180);
            const other = await with_("pin", "desktop", closure[1]!.path, "--upstream", "");
            assert.equal(other.status, 1);
            assert.match(other.stderr, /the host laptop has the pin laptop alone/);
        });

        it("is told of a file that is no store path", async () => {
            const folder = files(outputs.pinners.laptop, false);
            mkdirSync(join(folder, "sub"));
            const none = await from(folder, "pin", "laptop", "./sub", "--profile", "laptop");
            assert.equal(none.status, 1);
            assert.match(none.stderr, /"\.\/sub" leads to .*, which is no store path/);
        });
    });

    describe("changed by hand", () => {
        const byHand: Record<string, { make: string[][]; seen: RegExp }> = {
            "a pinner disabled": {
                make: [["admin", "user", "disable", "server", "laptop"]],
                seen: /user laptop: disabled on the server, should be enabled/,
            },
            "a pinner removed": {
                make: [["admin", "user", "rm", "server", "laptop"]],
                seen: /user laptop: missing on the server, should be there/,
            },
            "a pinner with another policy": {
                make: [["admin", "policy", "attach", "server", "readwrite", "--user", "laptop"]],
                seen: /user laptop: policy readwrite is attached too, should be\s+pinned-pin alone/,
            },
            "a pinner with the builders' policy": {
                make: [["admin", "policy", "attach", "server", "pinned-write", "--user", "laptop"]],
                seen: /policy pinned-write: attached to user laptop too/,
            },
            "a builder with the pinners' policy": {
                make: [["admin", "policy", "attach", "server", "pinned-pin", "--user", "pin-builder"]],
                seen: /user pin-builder: policy pinned-pin is attached too/,
            },
            "a pin of the stack removed": {
                make: [["rm", `server/${BUCKET}/_pins/main.json`]],
                seen: /object _pins\/main.json: missing on the server/,
            },
        };
        for (const [what, { make, seen }] of Object.entries(byHand))
            it(`${what}: is seen, and healed with the same secret`, async () => {
                for (const args of make) assert.equal((await mc(stack, args)).status, 0);
                const drift = await nixCache(stack, ["drift"]);
                assert.equal(drift.status, 3, drift.stderr);
                assert.match(drift.stdout, seen);
                const healed = await nixCache(stack, ["heal", "--yes"]);
                assert.equal(healed.status, 0, healed.stdout + healed.stderr);
                const { users } = await readSnapshot(stack.minio.connection, BUCKET);
                assert.equal(users.laptop?.secretKey, outputs.pinners.laptop?.secretKey);
                assert.deepEqual(users.laptop?.policies, ["pinned-pin"]);
                await stack.mustBeQuiet();
            });

        it("the text of the pinners' policy: is seen, and healed", async () => {
            const file = join(newFolder("policy"), "policy.json");
            writeFileSync(
                file,
                JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        { Effect: "Allow", Action: ["s3:PutObject"], Resource: [`arn:aws:s3:::${BUCKET}/*`] },
                    ],
                }),
            );
            assert.equal(
                (await mc(stack, ["admin", "policy", "create", "server", "pinned-pin", file])).status,
                0,
            );
            assert.match(
                (await nixCache(stack, ["drift"])).stdout,
                /policy pinned-pin: allows s3:PutObject on pinned\/\*/,
            );
            assert.equal((await nixCache(stack, ["heal", "--yes"])).status, 0);
            assert.equal(await as(outputs.pinners.laptop).bucket.status("PUT", "log/x", "x"), 403);
            await stack.mustBeQuiet();
        });
    });

    describe("at the end", () => {
        it("of the configuration go with it, and a pinner that is taken out", async () => {
            await stack.up({ pins: {}, pinners: ["lap.top"] });
            assert.equal(await admin.status("HEAD", "_pins/main.json"), 404);
            assert.equal(
                await as(outputs.pinners.laptop).bucket.status("PUT", "_pins/hosts/laptop", "x"),
                403,
            );
            await stack.mustBeQuiet();
        });
    });
});
