import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseNarinfo } from "../../src/cache/narinfo.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { run, type Outcome } from "../../src/system/run.ts";
import { maySkip, skip } from "../skips.ts";
import { MAIN, nixCache, shellEnvironment } from "./cli.ts";
import { anonymous, Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { newFolder, theWorld } from "./world.ts";

interface Told {
    readonly pushed: string[];
    readonly failed: { path: string; reason: string }[];
    readonly leftOut: { path: string; reason: string }[];
    readonly paths: number;
    readonly there: number;
    readonly filtered: Record<string, number>;
}

/** What a frame of zstd begins with (RFC 8878, section 3.1.1), as latin1. */
const FRAME = "\x28\xb5\x2f\xfd";

describe("nix-cache push with paths", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);
    let machine: BuildMachine;
    let cache: Bucket;
    let lib: string;

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
        machine = await BuildMachine.of("gives");
        cache = new Bucket(anonymous(machine.stack), "gives");
        [lib = ""] = await machine.store.add([{ name: "lib", contents: "private" }]);
    });

    /** An app that refers to glibc, which is upstream's, and to lib. */
    const app = async (name: string) => {
        const [glibc = ""] = await machine.store.add([{ name: "glibc", contents: "public", upstream: true }]);
        const references = [glibc, lib];
        const [path = ""] = await machine.store.add([
            { name, contents: `${name} uses ${glibc} ${lib}`, references },
        ]);
        return path;
    };
    const json = ({ stdout }: Outcome) => JSON.parse(stdout) as Told;

    it("needs nothing but the stack, in its folder; what it sends can be read, and is not sent again", async () => {
        const path = await app("of-stack");
        const { NIX_CACHE_STORE, ...others } = machine.environment();
        const nix = Object.entries(others).filter(([name]) => /^NIX_(?!CACHE_)/.test(name));
        const { PATH = "" } = shellEnvironment(machine.stack);
        const given = {
            env: { ...Object.fromEntries(nix), NIX_CACHE_STORE, PATH: `${machine.sandbox.nix}:${PATH}` },
        };
        const dry = await nixCache(machine.stack, ["push", "--dry-run", path], given);
        assert.equal(dry.status, 0, dry.stderr);
        assert.match(dry.stdout, new RegExp(`bytes {2}${path}$`, "m"));
        assert.match(dry.stdout, /^would upload 2 paths, .* before compression$/m);
        assert.match(dry.stdout, /^would skip 1 signed by an upstream's key$/m);
        assert.deepEqual(
            (await cache.list()).filter((key) => key.endsWith(".narinfo")),
            [],
        );

        const first = await nixCache(machine.stack, ["push", path], given);
        assert.equal(first.status, 0, first.stderr);
        assert.match(first.stdout, /^pushed {4}1 of 1 with all that they need, in [\d.]+ s$/m);
        assert.match(first.stdout, /^uploaded {2}2 paths, /m);
        assert.match(first.stderr, /^to upload: 2 paths, .*; skipped: 1 signed by an upstream's key$/m);
        for (const secret of machine.secrets()) assert.ok(!`${first.stdout}${first.stderr}`.includes(secret));
        assert.deepEqual((await substitute(machine, [path])).sort(), [lib, path].sort());
        assert.equal(await everyNarOutlives(machine), 2);

        const again = await nixCache(machine.stack, ["push", "--json", path], given);
        const { paths, there, filtered, pushed } = json(again);
        assert.deepEqual([paths, there, filtered.upstreamKey, pushed], [0, 2, 1, [path]]);

        const nobody = await nixCache(machine.stack, ["push", "--profile", "nobody", path], given);
        assert.equal(nobody.status, 1);
        assert.match(
            nobody.stderr,
            /^nix-cache: the stack has no builder "nobody"; --profile must be one of gives-builder\n$/,
        );
    });

    it("takes a builder's files, links, and words of standard input", async () => {
        const [one, two] = [await app("one"), await app("two")];
        const folder = newFolder("results");
        symlinkSync(one, join(folder, "result"));
        const outcome = await run(process.execPath, [MAIN, "push", "--json", "./result/bin/one", "-"], {
            cwd: folder,
            env: machine.environment(),
            input: `${two}\n${one}\n`,
        });
        assert.equal(outcome.status, 0, outcome.stderr);
        assert.deepEqual(json(outcome).pushed.sort(), [one, two].sort());
        assert.deepEqual((await substitute(machine, [one, two])).length, 3);
        // No queue was made for it.
        assert.deepEqual(readdirSync(folder), ["result"]);
    });

    it("pushes the others where one fails, and says of each why; and what a person is to type", async () => {
        const good = await app("good");
        const bad = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nobody-has-it";
        const { status, stdout, stderr } = await machine.cli("push", ["--json", bad, good]);
        assert.equal(status, 1);
        const told = JSON.parse(stdout) as Told;
        assert.deepEqual([told.pushed, told.failed.map(({ path }) => path)], [[good], [bad]]);
        assert.match(
            stderr,
            new RegExp(`^nix-cache: ${bad} was not pushed: path '${bad}' is not valid$`, "m"),
        );
        for (const [args, reason] of [
            [["nixpkgs#hello"], /names what can be built; push what it makes: nix build /],
            [["--watch", good], /--watch and --once are for the queue, and take no paths$/],
            [["--transport", "file", good], /push has no option --transport any more; remove it: /],
            [["--dry-run"], /--dry-run is for paths, and none was given$/],
        ] as const) {
            const wrong = await machine.cli("push", args);
            assert.equal(wrong.status, 2);
            assert.match(wrong.stderr.trimEnd(), reason);
        }
        const old = await machine.cli("push", [good], { NIX_CACHE_TRANSPORT: "file" });
        assert.equal(old.status, 0);
        assert.match(old.stderr, /^nix-cache: NIX_CACHE_TRANSPORT has no effect any more; remove it/m);
    });

    it("leaves out what is too large or excluded, with what refers to it, and says so", async () => {
        const [big = ""] = await machine.store.add([{ name: "big", contents: "x".repeat(100_000) }]);
        const [user = ""] = await machine.store.add([{ name: "user", contents: big, references: [big] }]);
        const large = await machine.cli("push", ["--json", "--max-path-size", "50KiB", user]);
        assert.equal(large.status, 0, large.stderr);
        assert.deepEqual(json(large).pushed, []);
        assert.match(json(large).leftOut[0]?.reason ?? "", new RegExp(`it refers to ${big}: it has 97`));
        assert.equal(json(large).filtered.tooLarge, 2);
        assert.match(large.stderr, new RegExp(`^nix-cache: ${user} is left out: it refers to ${big}`, "m"));
        const named = await machine.cli("push", ["--json", user], { NIX_CACHE_EXCLUDE: "*-none bi?" });
        assert.equal(json(named).filtered.pattern, 2);
        const dry = await machine.cli("push", ["--dry-run", "--exclude", "big", user]);
        assert.match(
            dry.stdout,
            new RegExp(`left out {2}${user}: it refers to ${big}: its name is excluded`),
        );
    });

    it("ends with 4 when the server is away, at once", async () => {
        const path = await app("away");
        const file = join(newFolder("away"), "host.json");
        writeFileSync(file, JSON.stringify({ ...machine.host, endpoint: "https://127.0.0.1:9" }));
        const { status, stderr } = await machine.cli("push", ["--host-config", file, path]);
        assert.equal(status, 4);
        assert.match(stderr, /^nix-cache: 1 of the paths was not pushed: https:\S+ does not answer/m);
    });

    it("compresses a large path in several frames, which real Nix reads", async () => {
        const contents = randomBytes(3 * 2 ** 20).toString("hex");
        const [path = ""] = await machine.store.add([{ name: "large", contents }]);
        const { status, stderr } = await machine.cli("push", [path]);
        assert.equal(status, 0, stderr);
        const { url } = parseNarinfo((await cache.request("GET", narinfoKey(path))).body.toString());
        const { body } = await cache.request("GET", url);
        assert.ok(body.toString("latin1").split(FRAME).length > 3);
        assert.deepEqual(await substitute(machine, [path]), [path]);
    });
});
