import assert from "node:assert/strict";
import { Agent } from "node:https";
import { formatNarinfo, parseNarinfo, signNarinfo } from "../../src/cache/narinfo.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { maySkip, skip } from "../skips.ts";
import { nixCache } from "./cli.ts";
import { begin, killTwo, KILLS, toItsEnd } from "./mending/killed.ts";
import { stateOf } from "./mending/mender.ts";
import { mustBeSound } from "./mending/sound.ts";
import { Bucket } from "./objects.ts";
import { substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { pathOf, type Spec } from "./pushing/store.ts";
import { theWorld } from "./world.ts";

const PATHS = 80;
const REPAIR = ["repair", "--deep", "--upstream", "", "--yes"];

describe("a repair that is killed, or run twice at once", function () {
    maySkip(this, "nix");
    this.timeout(3_600_000);
    let machine: BuildMachine;
    let admin: Bucket;
    let agent: Agent | undefined;
    let paths: string[] = [];
    /** Paths that are never broken, with their objects. */
    let healthy = new Map<string, string>();
    /** Names of narinfos that nobody can push: they go. */
    const lost = Array.from({ length: 20 }, (_, n) => pathOf(`gone-${n}`)).map(narinfoKey);

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("repair-kills", { expireDays: 0 });
        const { connection } = machine.stack.minio;
        agent = new Agent({ keepAlive: true, maxSockets: 16, ca: connection.ca });
        admin = new Bucket({ ...connection, agent }, "repair-kills");
        const names = Array.from({ length: PATHS }, (_, n) => `broken-${n}`);
        paths = await machine.store.add(
            names.map((name, n): Spec => {
                const references =
                    n === 0
                        ? []
                        : [pathOf(names[Math.floor(n / 2)] ?? "")].filter((one) => one !== pathOf(name));
                return { name, contents: `${name} `.repeat(1 + (n % 40)), references };
            }),
        );
        for (const path of paths) machine.queue.add(path, 1000);
        await machine.push("once");
        const isBroken = new Set(
            toBreak().flatMap((path) => [narinfoKey(path), `${narinfoKey(path).slice(0, 32)}.ls`]),
        );
        const nars = new Set(await Promise.all(toBreak().map(nar)));
        healthy = new Map(
            [...(await stateOf(admin))].filter(([key]) => !isBroken.has(key) && !nars.has(key)),
        );
    });

    after(() => agent?.destroy());

    const toBreak = () => paths.filter((_, n) => n % 2 === 1);
    const nar = async (path: string) => parseNarinfo(String(await admin.read(narinfoKey(path)))).url;

    /** Breaks every other path, each fourth by its NAR and each fourth by its signature, and adds what nobody has. */
    async function breaks(): Promise<void> {
        const { secretKey } = await machine.stack.outputs();
        for (const [n, path] of toBreak().entries()) {
            const text = String(await admin.read(narinfoKey(path)));
            if (n % 2 === 0) await admin.status("DELETE", parseNarinfo(text).url);
            else await admin.status("PUT", narinfoKey(path), text.replaceAll(/^Sig: .*\n/gm, ""));
        }
        const some = parseNarinfo(String(await admin.read(narinfoKey(paths[0] ?? ""))));
        for (const [n, key] of lost.entries()) {
            const storePath = pathOf(`gone-${n}`);
            const info = { ...some, storePath, url: `nar/gone${n}.nar.zst`, signatures: [] };
            assert.equal(
                await admin.status("PUT", key, formatNarinfo(signNarinfo(info, String(secretKey)))),
                200,
            );
        }
    }

    /** Nothing healthy was touched, whatever else is. */
    async function look(): Promise<"begun" | "not begun" | "done"> {
        const state = await stateOf(admin);
        for (const [key, what] of healthy) assert.equal(state.get(key), what, key);
        for (const path of toBreak())
            assert.ok(state.has(narinfoKey(path)), `the narinfo of ${path} is there`);
        await mustBeSound(machine.stack, new Set([...toBreak().map(narinfoKey), ...lost]));
        const left = lost.filter((key) => state.has(key)).length;
        const whole = await Promise.all(
            toBreak().map(async (path) => {
                const info = parseNarinfo(String(await admin.read(narinfoKey(path))));
                return info.signatures.length > 0 && state.has(info.url);
            }),
        );
        const mended = whole.filter(Boolean).length;
        if (mended === 0 && left === lost.length) return "not begun";
        return mended === whole.length && left === 0 ? "done" : "begun";
    }

    const state = async () => JSON.stringify([...(await stateOf(admin))]);

    async function isWhole(): Promise<void> {
        assert.equal(await look(), "done");
        assert.equal((await substitute(machine, paths)).length, PATHS);
        const doctor = await nixCache(machine.stack, ["doctor", "--deep", "--json", "--upstream", ""]);
        assert.equal(doctor.status, 0, doctor.stdout);
    }

    it(`${KILLS} times, two at once: nothing healthy is touched, and the next run completes it`, async () => {
        const told = await killTwo({ begin: () => begin(machine, REPAIR), again: breaks, look, state });
        assert.equal(await toItsEnd(begin(machine, REPAIR)), 0);
        await isWhole();
        console.log(`      ${told}`);
    });

    it("leaves a whole cache where two run at once", async () => {
        for (let round = 0; round < 2; round++) {
            await breaks();
            const both = [begin(machine, REPAIR), begin(machine, REPAIR)];
            assert.deepEqual(await Promise.all(both.map(toItsEnd)), [0, 0]);
            await isWhole();
        }
    });
});
