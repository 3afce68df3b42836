import assert from "node:assert/strict";
import { Agent } from "node:https";
import { parseNarinfo, verifyNarinfo } from "../../src/cache/narinfo.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { resign } from "../../src/mend/resign.ts";
import { maySkip, skip } from "../skips.ts";
import { nixCache } from "./cli.ts";
import { begin, killTwo, KILLS, toItsEnd } from "./mending/killed.ts";
import { stateOf } from "./mending/mender.ts";
import { mustBeSound } from "./mending/sound.ts";
import { Bucket } from "./objects.ts";
import { substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { Relay } from "./pushing/relay.ts";
import { pathOf, type Spec } from "./pushing/store.ts";
import { theWorld } from "./world.ts";

const PATHS = 200;

describe("signing a cache anew", function () {
    maySkip(this, "nix");
    this.timeout(3_600_000);
    let machine: BuildMachine;
    let admin: Bucket;
    let agent: Agent | undefined;
    let paths: string[] = [];
    let keys: { readonly old: string; readonly both: readonly string[]; readonly secrets: string };
    /** What each object was when one key alone had signed. */
    let plain: ReadonlyMap<string, { readonly body: Buffer; readonly headers: Record<string, string> }>;
    let times: ReadonlyMap<string, string>;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("signed-anew");
        const { connection } = machine.stack.minio;
        agent = new Agent({ keepAlive: true, maxSockets: 16, ca: connection.ca });
        admin = new Bucket({ ...connection, agent }, "signed-anew");
        const names = Array.from({ length: PATHS }, (_, n) => `anew-${n}`);
        paths = await machine.store.add(
            names.map((name, n): Spec => {
                const references = n === 0 ? [] : [pathOf(names[Math.floor((n - 1) / 2)] ?? "")];
                return { name, contents: name, references };
            }),
        );
        for (const path of paths) machine.queue.add(path, 10_000);
        await machine.push("once");
        await machine.stack.up({ keyGeneration: 2, signingGenerations: [1, 2] });
        const outputs = await machine.stack.outputs();
        const both = outputs.trustedPublicKeys as string[];
        keys = { old: both[1] ?? "", both, secrets: String(outputs.secretKey) };
        plain = new Map(
            await Promise.all(
                paths.map(async (path) => {
                    const { body, headers } = await admin.request("GET", narinfoKey(path));
                    const kept = Object.entries(headers).filter(
                        ([name]) => name.startsWith("x-amz-meta-") || name === "content-type",
                    );
                    const time = new Date(String(headers["last-modified"])).toISOString();
                    return [
                        narinfoKey(path),
                        {
                            body,
                            headers: {
                                ...(Object.fromEntries(kept) as Record<string, string>),
                                "x-minio-source-mtime": time,
                            },
                        },
                    ] as const;
                }),
            ),
        );
        await again();
        times = await timesOf();
    });
    after(() => agent?.destroy());

    /** All as one key alone had signed it, at the same times. */
    async function again(): Promise<void> {
        await Promise.all(
            [...plain].map(async ([key, { body, headers }]) =>
                assert.equal((await admin.request("PUT", key, { body, headers })).status, 200),
            ),
        );
    }

    async function timesOf(): Promise<Map<string, string>> {
        const state = await stateOf(admin);
        return new Map([...state].map(([key, what]) => [key, what.split(" ")[0] ?? ""]));
    }

    /** Every object is there with its time, and every narinfo is whole and signed by the first key. */
    async function look(): Promise<"begun" | "not begun" | "done"> {
        const now = await timesOf();
        for (const [key, time] of times) assert.equal(now.get(key)?.slice(0, 19), time.slice(0, 19), key);
        const signed = await Promise.all(
            paths.map(async (path) => {
                const info = parseNarinfo(String(await admin.read(narinfoKey(path))));
                assert.equal(info.storePath, path);
                assert.ok(verifyNarinfo(info, [keys.old]), path);
                return verifyNarinfo(info, keys.both.slice(0, 1));
            }),
        );
        await mustBeSound(machine.stack);
        const count = signed.filter(Boolean).length;
        return count === 0 ? "not begun" : count === PATHS ? "done" : "begun";
    }

    const state = async () => JSON.stringify([...(await stateOf(admin))]);

    it(`may be killed, two at once: after ${KILLS} kills nothing is damaged, and the next run completes it`, async () => {
        const told = await killTwo({ begin: () => begin(machine, ["resign"]), again, look, state });
        assert.equal(await toItsEnd(begin(machine, ["resign"])), 0);
        assert.equal(await look(), "done");
        const { nixConf } = await machine.stack.outputs();
        const last = String(nixConf).replace(/ \S+-1:\S+/, "");
        assert.equal((await substitute(machine, paths, last)).length, PATHS);
        console.log(`      ${told}`);
    });

    it("may be run twice at once", async () => {
        await again();
        const both = [begin(machine, ["resign"]), begin(machine, ["resign"])];
        assert.deepEqual(await Promise.all(both.map(toItsEnd)), [0, 0]);
        assert.equal(await look(), "done");
        for (const path of paths) {
            const { signatures } = parseNarinfo(String(await admin.read(narinfoKey(path))));
            assert.equal(signatures.length, 2, path);
        }
    });

    it("overwrites nothing that somebody wrote after it was read, and signs that", async () => {
        await again();
        const { connection } = machine.stack.minio;
        const relay = await Relay.start(connection, "signed-anew");
        const key = narinfoKey(paths[7] ?? "");
        const gone = narinfoKey(paths[199] ?? "");
        let written = 0;
        relay.after = async ({ method, key: seen }) => {
            if (method !== "GET") return;
            if (seen === gone) await admin.request("DELETE", gone);
            if (seen !== key || written++ > 1) return;
            const { body = Buffer.alloc(0), headers = {} } = plain.get(key) ?? {};
            const other = Buffer.concat([body, Buffer.from(`X: written meanwhile ${written}\n`)]);
            await admin.request("PUT", key, { body: other, headers });
        };
        try {
            const cache = { connection: { ...connection, url: relay.url }, bucket: "signed-anew" };
            const found = await resign(
                cache,
                { trustedPublicKeys: keys.both, secretKeys: keys.secrets, everySecretKey: [] },
                false,
            );
            assert.deepEqual([found.signed, found.contested, found.untrusted], [PATHS - 1, 0, 0]);
        } finally {
            await relay.stop();
        }
        const text = String(await admin.read(key));
        assert.match(text, /^X: written meanwhile 2\nSig: \S+-2:/m);
        assert.equal(await admin.status("HEAD", gone), 404);
    });

    it("says what it does, as a person reads it, and refuses a wrong password in one line", async () => {
        const { status, stdout } = await nixCache(machine.stack, ["resign"]);
        assert.equal(status, 0);
        assert.match(
            stdout,
            /^199 narinfos; by \S+-2 and \S+-1:\n {6}199 were signed\n {8}0 are signed now\n$/,
        );
        await machine.stack.setPassword("another password");
        const refused = await nixCache(machine.stack, ["resign"]);
        await machine.stack.setPassword(machine.stack.minio.connection.secretKey);
        assert.equal(refused.status, 4);
        assert.match(
            refused.stderr,
            /^nix-cache: \S+ refuses the password of .*Nothing has been changed\.$/m,
        );
    });
});
