import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { filesOf, stopMinio } from "../../sandbox/minioProcess.ts";
import type { Minio } from "../../sandbox/minio.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { narinfoText, signedPaths, type Path } from "./doctoring/paths.ts";
import { newCertificate, servedCertificate } from "./faults/certificate.ts";
import type { Bucket } from "./objects.ts";
import { newMinio, theWorld } from "./world.ts";

const COUNT = 30;

describe("nix-cache doctor", function () {
    this.timeout(1_800_000);
    let minio: Minio & { readonly dir: string };
    let s: Scene;
    let push: Bucket;
    let paths: readonly Path[];

    before(async () => {
        minio = await newMinio((await theWorld()).tools);
        s = await Scene.open("checked", {}, minio);
        push = s.builder(s.one);
        const { secretKey } = await s.stack.outputs();
        paths = [...signedPaths(COUNT, String(secretKey))];
        for (const path of paths) await put(path);
    });

    async function put(path: Path): Promise<void> {
        assert.equal((await push.request("PUT", path.info.url, { body: path.nar })).status, 200);
        assert.equal(await push.status("PUT", path.key, narinfoText(path)), 200);
    }

    async function doctor(...args: string[]): Promise<{ status: number | null; rows: Row[]; text: string }> {
        const { status, stdout, stderr } = await nixCache(s.stack, ["doctor", ...args]);
        const rows = stdout.split("\n").flatMap((line) => {
            const { result, name, seen } =
                /^(?<result>ok|warning|failure) +(?<name>\S.*?) {2,}(?<seen>.*)$/.exec(line)?.groups ?? {};
            return name === undefined ? [] : [{ result: result ?? "", name, seen: seen ?? "" }];
        });
        return { status, rows, text: stdout + stderr };
    }

    /** Every check but these is ok; these say what is wrong. */
    async function finds(expected: number, wrong: Readonly<Record<string, RegExp>>): Promise<void> {
        const { status, rows, text } = await doctor("--deep");
        assert.equal(status, expected, text);
        const bad = rows.filter(({ result }) => result !== "ok");
        assert.deepEqual(new Set(bad.map(({ name }) => name)), new Set(Object.keys(wrong)), text);
        for (const { name, seen, result } of bad) {
            assert.match(seen, wrong[name] ?? /^$/);
            assert.equal(result, expected === 6 ? "warning" : "failure");
            assert.match(text, /\n +-> \S/);
        }
    }

    it("finds nothing wrong with a healthy cache, whole or by a sample", async () => {
        for (const [args, looked] of [
            [["--deep"], new RegExp(`^${COUNT} narinfos: signed, their NARs there$`)],
            [[], /^\d+ narinfos \(a sample\): signed, their NARs there$/],
            [["--sample", "1"], /^1 narinfo \(a sample\): signed, their NARs there$/],
        ] as const) {
            const { status, rows, text } = await doctor(...args);
            assert.equal(status, 0, text);
            assert.ok(rows.length >= 14 && rows.every(({ result }) => result === "ok"), text);
            const content = rows.find(({ name }) => name === "signatures and NARs");
            assert.match(content?.seen ?? "", looked);
        }
    });

    it("says it to machines too", async () => {
        const { status, stdout } = await nixCache(s.stack, ["doctor", "--json"]);
        assert.equal(status, 0);
        const { endpoint, checks } = JSON.parse(stdout) as { endpoint: string; checks: Row[] };
        assert.equal(endpoint, minio.connection.url);
        assert.ok(checks.length >= 14 && checks.every(({ result }) => result === "ok"));
    });

    it("refuses a sample that is no number", async () => {
        const { status, text } = await doctor("--sample", "many");
        assert.equal(status, 1);
        assert.match(text, /^nix-cache: --sample is "many"; it must be a whole number from 1\n$/);
    });

    /** What is done to one path, and what is said of it. */
    const WRONG: [string, (path: Path) => Promise<unknown>, RegExp][] = [
        [
            "a narinfo that was changed after it was signed",
            (path) =>
                push.status(
                    "PUT",
                    path.key,
                    narinfoText(path, { narSize: path.info.narSize + 8, fileSize: path.nar.length }),
                ),
            /^1 wrong in 30 narinfos: \w{32}\.narinfo: no signature by a trusted key verifies$/,
        ],
        [
            "a narinfo without a signature",
            (path) => push.status("PUT", path.key, narinfoText(path, { signatures: [] })),
            /^1 wrong in 30 narinfos: \w{32}\.narinfo: no signature$/,
        ],
        [
            "a narinfo that is none",
            (path) => push.status("PUT", path.key, "<html>"),
            /^1 wrong in 30 narinfos: \w{32}\.narinfo: this narinfo has no StorePath$/,
        ],
        [
            "a NAR that is missing",
            (path) => s.admin.status("DELETE", path.info.url),
            /^1 wrong in 30 narinfos: \w{32}\.narinfo: its NAR nar\/\w+\.nar answered 404$/,
        ],
        [
            "a NAR that is cut short",
            (path) => push.status("PUT", path.info.url, "short"),
            /^1 wrong in 30 narinfos: \w{32}\.narinfo: its NAR nar\/\w+\.nar has 5 bytes, should have \d+$/,
        ],
    ];
    for (const [what, change, words] of WRONG) {
        it(`finds ${what}`, async () => {
            const path = paths[7]!;
            await change(path);
            await finds(7, { "signatures and NARs": words });
            await put(path);
        });
    }

    it("warns of a NAR that expires before its narinfo", async () => {
        const path = paths[3]!;
        await s.admin.putAged(path.info.url, path.nar.toString("latin1"), 20);
        await finds(6, {
            "expiry of NARs": /^1 before their narinfos: \w{32}\.narinfo: its NAR expires \d{4}-/,
        });
        await put(path);
    });

    it("finds that nix-cache-info is gone", async () => {
        await s.mc("rm", `${s.at}/nix-cache-info`);
        await finds(7, { "nix-cache-info": /^anonymous read answered 404$/ });
        await healed();
    });

    it("finds that everyone can write", async () => {
        await s.mc("anonymous", "set", "public", s.at);
        await finds(7, { "anonymous write": /^answered 200, not 403$/ });
        await healed();
    });

    it("finds a builder that is disabled, and one that may do more than push", async () => {
        await s.mc("admin", "user", "disable", "server", s.one);
        await s.mc("admin", "policy", "attach", "server", "consoleAdmin", "--user", s.two);
        await finds(7, {
            [`builder ${s.one}`]: /^its push answered 403$/,
            [`builder ${s.two}: delete`]: /^answered 204, not 403$/,
        });
        await healed();
    });

    it("finds that nobody can look into it", async () => {
        await s.mc("anonymous", "set", "none", s.at);
        for (const name of [s.one, s.two]) await s.mc("admin", "user", "disable", "server", name);
        const push = /^its push answered 403$/;
        await finds(7, {
            "nix-cache-info": /^anonymous read answered 403$/,
            [`builder ${s.one}`]: push,
            [`builder ${s.two}`]: push,
            listing: /^neither everyone nor a builder can list the bucket/,
        });
        await healed();
    });

    it("finds a certificate that has expired, and looks no further", async () => {
        const { certificate, key } = await newCertificate(-1);
        const before = await servedCertificate(minio.address);
        writeFileSync(join(filesOf(minio.dir).certs, "private.key"), key);
        writeFileSync(join(filesOf(minio.dir).certs, "public.crt"), certificate);
        while ((await servedCertificate(minio.address)) === before) await sleep(50);
        await endsAt([
            ["name resolution", "ok"],
            ["connection", "ok"],
            ["TLS certificate", "failure"],
        ]);
    });

    it("finds a server that is stopped, and looks no further", async () => {
        await stopMinio(minio.dir);
        const text = await endsAt([
            ["name resolution", "ok"],
            ["connection", "failure"],
        ]);
        assert.match(text, /port \d+: connection refused/);
    });

    /** These are all the checks that it makes; the last one failed. */
    async function endsAt(expected: readonly (readonly [name: string, result: string])[]): Promise<string> {
        const { status, rows, text } = await doctor();
        assert.equal(status, 7, text);
        assert.deepEqual(
            rows.map(({ name, result }) => [name, result]),
            expected,
        );
        return text;
    }

    async function healed(): Promise<void> {
        const { status, stdout, stderr } = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(status, 0, stdout + stderr);
    }
});

interface Row {
    readonly name: string;
    readonly result: string;
    readonly seen: string;
}
