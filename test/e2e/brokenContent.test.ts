import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nix, nixError, storeUrl } from "../../sandbox/nixCommand.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { maySkip, skip } from "../skips.ts";
import { NARINFO_ROWS } from "./broken/narinfoRows.ts";
import { NAR_ROWS } from "./broken/narRows.ts";
import { pushByNix } from "./broken/older.ts";
import type { Row } from "./broken/row.ts";
import { Target } from "./broken/target.ts";
import { nixCache } from "./cli.ts";
import { Bucket } from "./objects.ts";
import { substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { pathOf, type Spec } from "./pushing/store.ts";
import { newFolder, theWorld } from "./world.ts";

const ROWS: readonly Row[] = [...NAR_ROWS, ...NARINFO_ROWS];

interface Finding {
    readonly path: string | null;
    readonly key: string;
    readonly result: string;
    readonly wrong: string;
}

/** A row with its path, another one for it to be mistaken for, and one that refers to it. */
interface Case {
    readonly row: Row;
    readonly path: string;
    readonly other: string;
    readonly referrer: string;
    /** For the table: what each did. */
    readonly seen: { doctor: string; nix: string; push: string };
}

describe("broken content", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let admin: Bucket;
    const cases: Case[] = [];

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("broken", { expireDays: 0 });
        admin = new Bucket(machine.stack.minio.connection, "broken");
        const { secretKey } = await machine.stack.outputs();
        // Alike in size, so that one can stand for the other.
        const contents = () => randomBytes(400).toString("hex");
        const name = (n: number, what: string) => `row-${n}-${what}`;
        const specs = ROWS.map((_, n): Spec[] => [
            { name: name(n, "one"), contents: contents() },
            { name: name(n, "other"), contents: contents() },
        ]);
        const paths = await machine.store.add(specs.flat());
        for (const [n, row] of ROWS.entries()) {
            const [path = "", other = ""] = paths.slice(2 * n);
            const [referrer = ""] =
                row.names === "referrer"
                    ? await machine.store.add([{ name: name(n, "top"), contents: path, references: [path] }])
                    : [path];
            cases.push({ row, path, other, referrer, seen: { doctor: "", nix: "", push: "" } });
        }
        for (const compression of new Set(ROWS.map((row) => row.compression))) {
            const paths = cases
                .filter(({ row }) => row.compression === compression)
                .flatMap(({ referrer, other }) => [referrer, other]);
            if (compression !== undefined && compression !== "none") {
                await pushByNix(machine, admin, paths, compression);
                continue;
            }
            for (const path of paths) machine.queue.add(path, 10_000);
            const given = machine.given();
            const lines = await machine.push(
                "once",
                compression === undefined ? given : { ...given, compression },
            );
            assert.deepEqual(
                lines.filter((line) => !line.startsWith("pushed")),
                [],
            );
        }
        for (const { row, path, other } of cases)
            await row.breaks(
                await Target.of(path, admin, String(secretKey)),
                await Target.of(other, admin, String(secretKey)),
            );
        // What nobody has, and so nobody can push.
        for (const [key, body] of STRAYS) assert.equal(await admin.status("PUT", key, body), 200);
    });

    after(() => {
        const file = process.env.NIX_CACHE_TEST_TABLE;
        if (file !== undefined && cases.length > 0) writeFileSync(file, table(cases));
    });

    it("is named by doctor --deep, path by path, and nothing else is", async () => {
        const findings = await doctor(7);
        const wrong = cases.flatMap(({ row, path, referrer, seen }) => {
            const key = narinfoKey(row.names === "referrer" ? referrer : path);
            const mine = findings.filter((one) => one.key === key);
            seen.doctor = mine.map((one) => one.wrong).join("; ") || "nothing";
            const name = row.names === "key" ? null : referrer;
            const fits =
                row.doctor === undefined
                    ? mine.length === 0
                    : mine.some((one) => row.doctor?.test(one.wrong)) &&
                      mine.every((one) => one.path === name);
            return fits ? [] : [`${row.what}: ${JSON.stringify(mine)}`];
        });
        assert.deepEqual(wrong, []);
        const known = new Set(cases.flatMap(({ path, referrer }) => [path, referrer].map(narinfoKey)));
        const others = findings.filter(({ key }) => !known.has(key));
        assert.deepEqual(
            others.map(({ key }) => key),
            [STRAYS[0]?.[0]],
        );
    });

    it("is shown to a person by the first few, and all when asked", async () => {
        const some = await nixCache(machine.stack, ["doctor", "--deep", "--upstream", ""]);
        assert.equal(some.status, 7);
        assert.match(some.stdout, /^failure {2}signatures and NARs {2,}\d+ wrong in \d+ narinfos$/m);
        assert.match(some.stdout, /^ {9}and \d+ more: --all lists them$/m);
        assert.match(some.stdout, /^ {12}nix-cache repair --deep$/m);
        const all = await nixCache(machine.stack, ["doctor", "--deep", "--upstream", "", "--all"]);
        assert.doesNotMatch(all.stdout, /--all lists them/);
        for (const { row, path, referrer } of cases)
            if (row.doctor !== undefined)
                assert.ok(all.stdout.includes(row.names === "key" ? narinfoKey(path) : referrer), row.what);
    });

    it("is refused by real Nix, but for what it does not look at", async () => {
        const wrong: string[] = [];
        for (const { row, referrer, seen } of cases) {
            const error = await realise(referrer);
            seen.nix = error === undefined ? "takes it" : `refuses it: ${error}`;
            if ((error === undefined) !== (row.nix === "takes")) wrong.push(`${row.what}: ${seen.nix}`);
        }
        assert.deepEqual(wrong, []);
    });

    it("is repaired by a push of its path, or by one with --force where nothing but its content is wrong", async () => {
        await push([]);
        const left = await doctor();
        const wrong = cases.flatMap(({ row, path, referrer, seen }) => {
            const keys = [path, referrer].map(narinfoKey);
            const mine = left.filter(({ key }) => keys.includes(key));
            seen.push = mine.length === 0 ? "repairs it" : "sees nothing wrong; with --force repairs it";
            if (row.push === "leaves it") seen.push = "leaves it, which is right";
            return (mine.length === 0) === (row.push !== "needs --force")
                ? []
                : [`${row.what}: ${JSON.stringify(mine)}`];
        });
        assert.deepEqual(wrong, []);
        await push(["--force"]);
        assert.deepEqual(
            (await doctor(7)).map(({ key }) => key),
            [STRAYS[0]?.[0]],
            "what nobody has is left",
        );
        // As doctor says.
        assert.equal(await admin.status("DELETE", STRAYS[0]?.[0] ?? ""), 204);
        assert.deepEqual(await doctor(0), []);
    });

    it("is taken by real Nix afterwards, all of it", async () => {
        const paths = cases.flatMap(({ path, referrer }) => [path, referrer]);
        const there = await substitute(machine, [...new Set(paths)]);
        for (const path of paths) assert.ok(there.includes(path), path);
    });

    it("never comes from here: a damaged path of the store is not pushed, signed or visible, and can be once it is repaired", async () => {
        const dep = pathOf("damaged");
        const path = pathOf("on-damaged");
        await machine.store.add([
            { name: "damaged", contents: "whole" },
            { name: "on-damaged", contents: dep, references: [dep] },
        ]);
        const file = join(machine.store.root, dep);
        chmodSync(file, 0o644);
        appendFileSync(file, "x");
        machine.queue.add(path, 10_000);
        const lines = await machine.push("once", { ...machine.given(), maxTries: 1 });
        assert.equal(lines.length, 1);
        assert.ok(
            lines[0]?.startsWith(
                `not pushed: ${path}: ${dep} is damaged: its files are not those that Nix's database knows, so it was not pushed; repair it with nix-store --repair-path ${dep} (`,
            ),
            lines[0],
        );
        for (const one of [dep, path]) assert.equal(await admin.status("HEAD", narinfoKey(one)), 404);
        const { sandbox, store } = machine;
        const settings = `substituters = file://${store.origin}?trusted=1`;
        const repaired = await nix(
            sandbox,
            "nix-store",
            ["--store", storeUrl(store.root), "--repair-path", dep],
            settings,
        );
        assert.equal(repaired.status, 0, repaired.stderr);
        machine.queue.add(path, 10_000);
        await machine.push();
        assert.deepEqual((await substitute(machine, [path])).sort(), [dep, path].sort());
    });

    /** What `doctor --deep --json` finds broken. @param status the exit status that it must have. Default: any */
    async function doctor(status?: number): Promise<readonly Finding[]> {
        const outcome = await nixCache(machine.stack, ["doctor", "--deep", "--json", "--upstream", ""]);
        if (status !== undefined) assert.equal(outcome.status, status, outcome.stdout + outcome.stderr);
        return (JSON.parse(outcome.stdout) as { broken: Finding[] }).broken;
    }

    /** Pushes all paths with the real command, each once. */
    async function push(args: readonly string[]): Promise<void> {
        const paths = cases.map(({ referrer }) => referrer);
        assert.equal((await machine.cli("enqueue", paths)).status, 0);
        const { status, stdout, stderr } = await machine.cli("push", ["--once", ...args]);
        assert.equal(status, 0, stdout + stderr);
    }

    /** Real Nix with a store and caches of its own. @returns what it says where it does not get the path */
    async function realise(path: string): Promise<string | undefined> {
        const dir = newFolder("before");
        const sandbox = { ...machine.sandbox, dir: join(dir, "home") };
        mkdirSync(sandbox.dir);
        const args = ["--store", storeUrl(join(dir, "store")), "--realise", path];
        const { status, stderr } = await nix(
            sandbox,
            "nix-store",
            args,
            `${machine.host.nixConf}\ndownload-attempts = 1`,
        );
        if (status === 0) return undefined;
        // Last it says that the path cannot be had, and before that why.
        const lines = stderr.replaceAll(/\x1b\[[0-9;]*m/g, "").split("\n");
        const reason = lines.find((line) => /^\s*(error|warning)/.test(line) && !line.includes("build of"));
        return reason?.trim() ?? nixError(stderr);
    }
});

/** Objects that belong to no path: the first is a narinfo's name, so hosts could ask for it; the others nobody asks for. */
const STRAYS: readonly (readonly [key: string, body: string])[] = [
    [`${"1".repeat(32)}.narinfo`, "garbage"],
    [`nar/${"1".repeat(52)}.nar.xz`, "garbage"],
    [`${"2".repeat(32)}.ls`, "garbage"],
    ["short.narinfo", "garbage"],
    ["log/x.drv", "garbage"],
];

function table(cases: readonly Case[]): string {
    const cell = (text: string) =>
        text
            .replaceAll(/\/tmp\/\S*\/nix\/store\//g, "/nix/store/")
            .replaceAll(/[0-9a-z]{32,52}(?=[-.])/g, "HASH")
            .replaceAll(/https?:\/\/127\.0\.0\.1:\d+\/broken/g, "URL")
            .replaceAll("|", "\\|")
            .replaceAll(/\s+/g, " ");
    return [
        "| what is broken | doctor --deep | real Nix before | a push of the path | real Nix after |",
        "| --- | --- | --- | --- | --- |",
        ...cases.map(({ row, seen }) =>
            [`| ${row.what}`, ...[seen.doctor, seen.nix, seen.push].map(cell), "takes it |"].join(" | "),
        ),
        "| a narinfo of garbage that is no path's | this narinfo ends within a line | not asked for | no machine has it: mc rm | not asked for |",
        "| a NAR, a listing (.ls), a log or a name like short.narinfo that is no path's | nothing | never asks for it | nothing | never asks for it |",
        "",
    ].join("\n");
}
