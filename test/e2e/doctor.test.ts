import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { filesOf, stopMinio } from "../../sandbox/minioProcess.ts";
import type { Minio } from "../../sandbox/minio.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { peakMemoryOf } from "./doctoring/peak.ts";
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
        // What goes on below its own column.
        const lines = stdout.replaceAll(/\n {13,}(?=\S)/g, " ").split("\n");
        const heads = lines.flatMap((line) => {
            const { result, name, seen } =
                /^(?<result>ok|warning|failure) +(?<name>\S.*?) {2,}(?<seen>.*)$/.exec(line)?.groups ?? {};
            return name === undefined ? [] : [{ result: result ?? "", name, seen: seen ?? "", line }];
        });
        const rows = heads.map(({ line, ...row }) => {
            const below = lines.slice(lines.indexOf(line) + 1);
            const end = below.findIndex((one) => !/^ {9}(?!-> )/.test(one));
            return { ...row, details: below.slice(0, end).map((one) => one.trim()) };
        });
        return { status, rows, text: stdout + stderr };
    }

    /** Every check but these is ok; these say what is wrong. */
    async function finds(expected: number, wrong: Readonly<Record<string, RegExp>>): Promise<void> {
        const { status, rows, text } = await doctor("--deep");
        assert.equal(status, expected, text);
        const bad = rows.filter(({ result }) => result !== "ok");
        assert.deepEqual(new Set(bad.map(({ name }) => name)), new Set(Object.keys(wrong)), text);
        for (const { name, seen, details, result } of bad) {
            // What it says, and below it of which path and why, on one line here.
            assert.match([seen, ...details].join(" "), wrong[name] ?? /^$/);
            assert.equal(result, expected === 6 ? "warning" : "failure");
            assert.match(text, /\n {9}-> \S/);
        }
    }

    it("finds nothing wrong with a healthy cache, whole or by a sample", async () => {
        for (const [args, looked] of [
            [
                ["--deep"],
                new RegExp(
                    `^${COUNT} narinfos: signed, the NARs of ${COUNT} unpacked and hashed \\(\\S+ KiB\\)$`,
                ),
            ],
            // One NAR has 176 bytes.
            [
                ["--deep", "--nar-bytes", "1K"],
                /^30 narinfos: signed, the NARs of [0-5] unpacked and hashed \(.*\), of (2[5-9]|30) the size alone$/,
            ],
            [
                ["--deep", "--sample", "1"],
                /^1 narinfo \(a sample\): signed, the NARs of 1 unpacked and hashed /,
            ],
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

    for (const [args, message] of [
        [["--sample", "many"], '--sample is "many"; it must be a whole number from 1'],
        [
            ["--deep", "--nar-bytes", "10XB"],
            '--nar-bytes is "10XB"; it must be a number with K, M, G or T, for example 10GiB, and needs --deep',
        ],
        [
            ["--nar-bytes", "10GiB"],
            '--nar-bytes is "10GiB"; it must be a number with K, M, G or T, for example 10GiB, and needs --deep',
        ],
        [
            ["--upstream", "cache.nixos.org"],
            "--upstream is \"cache.nixos.org\"; it must be the http or https URL of a binary cache, or '' for none",
        ],
    ] as const)
        it(`refuses ${args.join(" ")}`, async () => {
            const { status, text } = await doctor(...args);
            assert.equal(status, 2);
            assert.equal(text, `nix-cache: ${message}\n`);
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
            /^1 wrong in 30 narinfos \/nix\/store\/\S+ no signature by a trusted key verifies( |$)/,
        ],
        [
            "a narinfo without a signature",
            (path) => push.status("PUT", path.key, narinfoText(path, { signatures: [] })),
            /^1 wrong in 30 narinfos \/nix\/store\/\S+ no signature$/,
        ],
        [
            "a narinfo that is none",
            (path) => push.status("PUT", path.key, "<html>\n"),
            /^1 wrong in 30 narinfos \w{32}\.narinfo this narinfo has a line that is none of its own: "<html>"$/,
        ],
        [
            "a NAR that is missing",
            (path) => s.admin.status("DELETE", path.info.url),
            /^1 wrong in 30 narinfos \/nix\/store\/\S+ its NAR nar\/\w+\.nar answered 404$/,
        ],
        [
            "a NAR with the size of the one that should be there, and another content",
            (path) => push.request("PUT", path.info.url, { body: Buffer.alloc(path.nar.length) }),
            /^1 wrong in 30 narinfos \/nix\/store\/\S+ its NAR nar\/\w+\.nar is not the one that was signed \(NarHash\)$/,
        ],
        [
            "a narinfo of another path",
            (path) => push.status("PUT", path.key, narinfoText(paths[8]!)),
            /^1 wrong in 30 narinfos \w{32}\.narinfo it is the narinfo of another path: \/nix\/store\//,
        ],
        [
            "a NAR that is cut short",
            (path) => push.status("PUT", path.info.url, "short"),
            /^1 wrong in 30 narinfos \/nix\/store\/\S+ its NAR nar\/\w+\.nar has 5 bytes, should have \d+$/,
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

    it("says of what another cache has that it is there, and of nothing else", async () => {
        const [dep, path] = [paths[11]!, paths[12]!];
        assert.equal(await s.admin.status("DELETE", dep.key), 204);
        const known = new Map([[`/other/${dep.key}`, narinfoText(dep)]]);
        const upstream = createServer(({ url = "" }, response) => {
            const text = known.get(url);
            response.writeHead(text === undefined ? 404 : 200).end(text);
        });
        await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
        const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/other`;
        const references = async (status: number, ...urls: readonly string[]) => {
            const given = urls.flatMap((one) => ["--upstream", one]);
            const { rows, text, ...outcome } = await doctor("--deep", ...given);
            assert.equal(outcome.status, status, text);
            const { result, seen, details } = rows.find(({ name }) => name === "references")!;
            return { row: `${result}: ${seen}`, details, text };
        };
        try {
            const there = await references(0, url);
            assert.equal(there.row, `ok: 1 in ${url}, the others in this one`);
            known.clear();
            const nowhere = await references(7, url);
            assert.equal(nowhere.row, "failure: 1 refer to what is nowhere");
            const name = dep.info.storePath.slice("/nix/store/".length);
            assert.deepEqual(nowhere.details, [
                path.info.storePath,
                `it refers to ${name}, which neither this cache nor ${url} has`,
            ]);
            assert.equal((await references(7, "")).row, "failure: 1 refer to what is nowhere");
        } finally {
            upstream.closeAllConnections();
            upstream.close();
        }
        const away = await references(6, url);
        assert.equal(
            away.row,
            "warning: 1 refer to what is not in this cache, and others could not be asked",
        );
        assert.match(away.text, /^ {9}-> http:\S+ does not answer: connection refused/m);
        await put(dep);
    });

    it("has as much memory for a narinfo of 300 MB as for one of 1 MB", async () => {
        const path = paths[9]!;
        const peakWith = async (bytes: number) => {
            const body = Buffer.alloc(bytes, "x");
            assert.equal((await push.request("PUT", path.key, { body })).status, 200);
            return peakMemoryOf(s.stack, ["doctor", "--deep"]);
        };
        const small = await peakWith(1_000_000);
        const large = await peakWith(300_000_000);
        assert.ok(small > 0 && large < small + 50, `1 MB: ${small} MiB, 300 MB: ${large} MiB`);
        await finds(7, {
            "signatures and NARs":
                /^1 wrong in 30 narinfos \w{32}\.narinfo it is larger than 1 MiB, which no narinfo is$/,
        });
        await put(path);
    });

    it("warns of a NAR that expires before its narinfo", async () => {
        const path = paths[3]!;
        await s.admin.putAged(path.info.url, path.nar.toString("latin1"), 20);
        await finds(6, {
            "expiry of NARs": /^1 before their narinfos \/nix\/store\/\S+ its NAR expires \d{4}-/,
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
    readonly details: readonly string[];
}
