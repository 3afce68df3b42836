import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseNarinfo, signNarinfo, formatNarinfo, verifyNarinfo } from "../../src/cache/narinfo.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { nixEnvironment } from "../../sandbox/nixCommand.ts";
import { run } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { nixCache } from "./cli.ts";
import { Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { pathOf } from "./pushing/store.ts";
import { theWorld } from "./world.ts";

describe("the rotation of a signing key", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let admin: Bucket;
    /** The lines that hosts have after each step. */
    const conf: string[] = [];
    const paths: string[] = [];
    const secrets: string[] = [];

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("rotation");
        admin = new Bucket(machine.stack.minio.connection, "rotation");
        await keep();
    });

    /** Takes down what hosts are told now. */
    async function keep(): Promise<void> {
        const outputs = await machine.stack.outputs();
        conf.push(String(outputs.nixConf));
        secrets.push(String(outputs.secretKey));
    }

    /** Pushes one more path, which refers to the one before, as the builder is configured now. */
    async function push(name: string): Promise<string> {
        const before = paths.at(-1);
        const [path = ""] = await machine.store.add([
            { name, contents: name, references: before === undefined ? [] : [before] },
        ]);
        machine.queue.add(path, 1000);
        const lines = await machine.push("once");
        assert.ok(lines[0]?.startsWith("pushed"), lines.join("\n"));
        paths.push(path);
        return path;
    }

    /** Real Nix gets every path by the outputs of each of these steps. */
    async function everyoneGets(...steps: readonly number[]): Promise<void> {
        for (const step of steps)
            assert.equal((await substitute(machine, paths, conf[step])).length, paths.length, `step ${step}`);
    }

    const resign = (...args: string[]) => nixCache(machine.stack, ["resign", ...args]);
    const signers = async (path: string) =>
        parseNarinfo(String(await admin.read(narinfoKey(path)))).signatures.map((one) =>
            one.split(":")[0]?.at(-1),
        );

    it("0: one key", async () => {
        await push("rotation-0");
        await everyoneGets(0);
    });

    it("1: the next one is announced, and signs nothing", async () => {
        await machine.stack.up({ trustedGenerations: [1, 2] });
        await keep();
        assert.equal(secrets[1], secrets[0]);
        await push("rotation-1-older-builder");
        await machine.update();
        assert.deepEqual(await signers(await push("rotation-1")), ["1"]);
        await everyoneGets(0, 1);
    });

    it("2: both sign, and a builder and a host of the step before go on", async () => {
        await machine.stack.up({ keyGeneration: 2, signingGenerations: [1, 2] });
        await keep();
        await push("rotation-2-older-builder");
        await machine.update();
        const files = machine.given();
        assert.equal(readFileSync(files.signingKeyFile, "utf8").split("\n").length, 2);
        assert.deepEqual(await signers(await push("rotation-2")), ["2", "1"]);
        await everyoneGets(1, 2);
        // Nix itself takes the first line of the file, which is the key in use.
        const { stdout } = await run(`${machine.sandbox.nix}/nix`, ["key", "convert-secret-to-public"], {
            env: {
                ...nixEnvironment(machine.sandbox),
                NIX_CONFIG: "extra-experimental-features = nix-command",
            },
            input: readFileSync(files.signingKeyFile, "utf8"),
        });
        assert.equal(stdout.trim(), (await machine.stack.outputs()).publicKey);
    });

    it("would be refused without the third step", async () => {
        const last = (conf[2] ?? "").replace(/ \S+-1:\S+/, "");
        assert.notEqual(last, conf[2]);
        await assert.rejects(substitute(machine, paths.slice(0, 1), last));
    });

    it("3: what is there is signed, keeps its time and all else, and nothing hostile is signed", async () => {
        const old = paths[0] ?? "";
        const info = parseNarinfo(String(await admin.read(narinfoKey(old))));
        // Ten days old, as everything that it needs.
        for (const key of [narinfoKey(old), info.url]) {
            const { body, headers } = await admin.request("GET", key);
            const words = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-"));
            const put = await admin.request("PUT", key, {
                body,
                headers: {
                    ...(Object.fromEntries(words) as Record<string, string>),
                    "Content-Type": String(headers["content-type"]),
                    "x-minio-source-mtime": new Date(Date.now() - 10 * 86_400_000).toISOString(),
                },
            });
            assert.equal(put.status, 200);
        }
        const hostile = (name: string) => narinfoKey(pathOf(name));
        const unsigned = formatNarinfo({ ...info, storePath: pathOf("hostile-unsigned"), signatures: [] });
        const forHostile: readonly (readonly [string, string])[] = [
            [hostile("hostile-unsigned"), unsigned],
            [hostile("hostile-borrowed"), formatNarinfo({ ...info, storePath: pathOf("hostile-borrowed") })],
            [hostile("hostile-other-path"), formatNarinfo(info)],
            [
                hostile("hostile-huge"),
                `${formatNarinfo(signNarinfo({ ...info, storePath: pathOf("hostile-huge"), signatures: [] }, secrets[0] ?? ""))}X: ${"x".repeat(2 ** 20)}\n`,
            ],
            [hostile("hostile-garbage"), "garbage"],
        ];
        for (const [key, text] of forHostile) assert.equal(await admin.status("PUT", key, text), 200);
        const times = async () =>
            new Map(
                await Promise.all(
                    paths.map(async (path): Promise<[string, string]> => {
                        const { headers } = await admin.request("HEAD", narinfoKey(path));
                        return [path, `${headers["last-modified"]} ${headers["content-type"]}`];
                    }),
                ),
            );
        const before = await times();
        const dry = await resign("--dry-run", "--json");
        assert.deepEqual(await times(), before);
        const { status, stdout, stderr } = await resign("--json");
        assert.equal(status, 0, stdout + stderr);
        const done = JSON.parse(stdout) as {
            signed: number;
            had: number;
            untrusted: number;
            unreadable: number;
        };
        // Many are looked at at once, so what is left comes in any order.
        const inOrder = (text: string) => {
            const told = JSON.parse(text) as { left: string[] };
            return { ...told, dry: false, left: told.left.toSorted() };
        };
        assert.deepEqual(inOrder(dry.stdout), inOrder(stdout));
        assert.deepEqual([done.signed, done.had, done.untrusted, done.unreadable], [4, 1, 2, 3]);
        for (const [key, text] of forHostile) {
            const { body } = await admin.request("GET", key);
            assert.equal(body.toString(), text, key);
            assert.equal(await admin.status("DELETE", key), 204);
        }
        assert.deepEqual(await times(), before);
        await push("rotation-3");
        await everyoneGets(1, 2);
        await everyNarOutlives(machine);
        const again = JSON.parse((await resign("--json")).stdout) as { signed: number; had: number };
        assert.deepEqual([again.signed, again.had], [0, paths.length]);
    });

    it("keeps narinfos known as good to who pushes: nothing is sent again", async () => {
        const bodies = new Map(
            await Promise.all(
                paths.map(async (path): Promise<[string, unknown]> => [
                    path,
                    await admin.read(narinfoKey(path)),
                ]),
            ),
        );
        for (const path of paths) machine.queue.add(path, 1000);
        const lines = await machine.push("once");
        assert.ok(
            lines.every((line) => line.startsWith("pushed")),
            lines.join("\n"),
        );
        for (const [path, body] of bodies) assert.equal(await admin.read(narinfoKey(path)), body);
    });

    it("4: the old one is retired: hosts of the step before, and after, get every path", async () => {
        await machine.stack.up({ trustedGenerations: [2], signingGenerations: null });
        await keep();
        await everyoneGets(2, 3);
        await push("rotation-4-older-builder");
        await machine.update();
        assert.deepEqual(await signers(await push("rotation-4")), ["2"]);
        await everyoneGets(2, 3);
        const doctor = await nixCache(machine.stack, ["doctor", "--deep", "--json", "--upstream", ""]);
        assert.equal(doctor.status, 0, doctor.stdout);
    });

    it("then refuses what the retired key alone has signed, which resign does not sign", async () => {
        const path = await push("rotation-retired");
        const key = narinfoKey(path);
        const info = parseNarinfo(String(await admin.read(key)));
        const alone = signNarinfo({ ...info, signatures: [] }, secrets[0] ?? "");
        assert.equal(await admin.status("PUT", key, formatNarinfo(alone)), 200);
        paths.pop();
        const done = JSON.parse((await resign("--json")).stdout) as { signed: number; untrusted: number };
        assert.deepEqual([done.signed, done.untrusted], [0, 1]);
        assert.ok(
            !verifyNarinfo(parseNarinfo(String(await admin.read(key))), machine.host.trustedPublicKeys),
        );
        await assert.rejects(substitute(machine, [path], conf[3]));
        assert.ok((await substitute(machine, [path], conf[2])).includes(path));
    });
});

describe("the rotation of a builder's secret", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);

    it("leaves no gap in its pushes: both names may push until the old one goes", async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        const machine = await BuildMachine.of("secrets-rotate", { builders: ["rotate-one", "rotate-other"] });
        let pushes = 0;
        const push = async (profile: string) => {
            const [path = ""] = await machine.store.add([
                { name: `secrets-${pushes}`, contents: `${pushes++}` },
            ]);
            machine.queue.add(path, 1000);
            const lines = await machine.push("once", { ...machine.given(), profile });
            assert.ok(lines[0]?.startsWith("pushed"), lines.join("\n"));
        };
        await push("rotate-one");
        await machine.stack.up({ builders: ["rotate-one", "rotate-other", "rotate-two"] });
        await push("rotate-one");
        await machine.update();
        await push("rotate-one");
        await push("rotate-two");
        await machine.stack.up({ builders: ["rotate-two", "rotate-other"] });
        // Its files are of the step before; another builder's are too.
        await push("rotate-two");
        await push("rotate-other");
        machine.queue.add(
            (await machine.store.add([{ name: "secrets-late", contents: "late" }]))[0] ?? "",
            1000,
        );
        const lines = await machine.push("once", { ...machine.given(), profile: "rotate-one" });
        assert.match(lines.join("\n"), /knows no builder rotate-one/);
        // It waits, and is pushed once the machine has its new name.
        await machine.update();
        assert.ok(
            (await machine.push("once", { ...machine.given(), profile: "rotate-two" }))
                .join("")
                .includes("pushed"),
        );
        assert.deepEqual(machine.queue.list(), []);
    });
});
