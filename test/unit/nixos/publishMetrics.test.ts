import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
    chmodSync,
    chownSync,
    existsSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDir } from "../../../sandbox/paths.ts";
import { maySkip, skip } from "../../skips.ts";

const SCRIPT = join(projectDir, "nixos", "publishMetrics.sh");
/** The unit's user and the collector's, by number: neither need have a name. */
const UNIT = 61_001;
const COLLECTOR = 61_002;
const METRICS = "# TYPE nix_cache_run_status gauge\nnix_cache_run_status 0\n";

describe("metrics for a collector, as the NixOS modules hand them over", function () {
    maySkip(this, "users");
    this.timeout(120_000);
    let root = "";
    let runtime = "";
    let collected = "";
    let published = "";

    before(function () {
        const setpriv = spawnSync("setpriv", ["--reuid=61001", "--regid=61001", "--clear-groups", "true"]);
        if (setpriv.status !== 0) skip(this, "users");
    });
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "nix-cache-metrics-"));
        chmodSync(root, 0o755);
        runtime = folder("nix-cache-drift", UNIT);
        collected = folder("collected", COLLECTOR);
        published = join(collected, "nix-cache-drift.prom");
        put(join(runtime, "metrics"), METRICS, UNIT);
    });
    afterEach(() => {
        rmSync(root, { recursive: true, force: true });
    });

    function folder(name: string, owner: number): string {
        const path = join(root, name);
        mkdirSync(path);
        chownSync(path, owner, owner);
        return path;
    }
    function put(file: string, content: string, owner: number, mode = 0o644): void {
        writeFileSync(file, content, { mode });
        chownSync(file, owner, owner);
    }
    const publish = (to = collected) =>
        spawnSync("sh", ["-c", 'exec sh "$@"', "sh", SCRIPT, runtime, to], {
            encoding: "utf8",
            env: { PATH: process.env.PATH, PULUMI_CONFIG_PASSPHRASE: "the-passphrase" },
        });
    const publishes = () => {
        const { status, stderr } = publish();
        assert.deepEqual([status, stderr], [0, ""]);
    };
    /** Puts a link or a pipe where the unit's user writes its metrics. */
    const instead = (make: (file: string) => void) => {
        rmSync(join(runtime, "metrics"));
        make(join(runtime, "metrics"));
    };

    for (const [whose, owner] of [
        ["the collector's", COLLECTOR],
        ["root's", 0],
        ["the unit's own", UNIT],
    ] as const) {
        it(`are written whole into a folder that is ${whose}, as that user`, () => {
            chownSync(collected, owner, owner);
            writeFileSync(join(collected, "other.prom"), "other");
            for (const text of [METRICS, METRICS.replace(" 0\n", " 1\n")]) {
                put(join(runtime, "metrics"), text, UNIT);
                publishes();
                assert.equal(readFileSync(published, "utf8"), text);
                assert.deepEqual([statSync(published).uid, statSync(published).mode & 0o777], [owner, 0o644]);
            }
            assert.deepEqual(readdirSync(collected).sort(), ["nix-cache-drift.prom", "other.prom"]);
        });
    }

    it("are of a unit that runs as root, too", () => {
        chownSync(runtime, 0, 0);
        publishes();
        assert.equal(readFileSync(published, "utf8"), METRICS);
    });

    it("are left as they were where a unit has failed before it had any", () => {
        publishes();
        rmSync(join(runtime, "metrics"));
        const { status, stderr } = publish();
        assert.equal(status, 0);
        assert.equal(stderr, "nix-cache-drift: there are no metrics that its user can read\n");
        assert.equal(readFileSync(published, "utf8"), METRICS);
    });

    it("hold nothing that the unit's user cannot read itself", () => {
        const secret = join(root, "shadow");
        put(secret, "root:$6$secret", 0, 0o600);
        instead((file) => symlinkSync(secret, file));
        publish();
        assert.ok(!existsSync(published));
        // Nor what is in the variables of what runs as root.
        instead((file) => symlinkSync("/proc/self/environ", file));
        publish();
        const shown = existsSync(published) ? readFileSync(published, "utf8") : "";
        assert.doesNotMatch(shown, /the-passphrase/);
        // Nor by a folder that is put in the place of its own.
        rmSync(published, { force: true });
        instead((file) => symlinkSync(secret, file));
        chownSync(collected, UNIT, UNIT);
        publish();
        assert.ok(!existsSync(published));
    });

    it("end, where the unit's user gives them no end", () => {
        instead((file) => assert.equal(spawnSync("mkfifo", [file]).status, 0));
        assert.equal(publish().status, 0);
        assert.ok(!existsSync(published));
        instead((file) => symlinkSync("/dev/zero", file));
        publish();
        assert.ok(!existsSync(published) || statSync(published).size < 2 ** 21);
    });

    it("go through no link that the collector's user has put there", () => {
        const precious = join(root, "precious");
        put(precious, "precious", 0, 0o644);
        for (const name of ["nix-cache-drift.prom", "nix-cache-drift.prom.new", ".nix-cache-drift.abcdef"])
            symlinkSync(precious, join(collected, name));
        publishes();
        assert.equal(readFileSync(precious, "utf8"), "precious");
        assert.ok(lstatSync(published).isFile());
        assert.equal(readFileSync(published, "utf8"), METRICS);
    });

    it("are written as root nowhere where another user has led to", () => {
        const theirs = folder("theirs", COLLECTOR);
        const roots = folder("logrotate.d", 0);
        const linked = join(theirs, "collected");
        symlinkSync(roots, linked);
        const link = publish(linked);
        assert.equal(link.status, 1);
        assert.match(
            link.stderr,
            /^nix-cache-drift: .* is a link: set metricsDir to the folder itself, .*logrotate\.d\n$/,
        );
        // A folder of root's that they have moved below their own.
        renameSync(roots, join(theirs, "moved"));
        const moved = publish(join(theirs, "moved"));
        assert.equal(moved.status, 1);
        assert.match(
            moved.stderr,
            /^nix-cache-drift: root writes nothing to .*: others than root can change .*theirs\n$/,
        );
        assert.deepEqual(readdirSync(join(theirs, "moved")), []);
        const shared = folder("shared", 0);
        chmodSync(shared, 0o777);
        assert.match(publish(shared).stderr, /others than root can change/);
        assert.deepEqual(readdirSync(shared), []);
    });

    it("say that there is no folder for them", () => {
        const { status, stderr } = publish(join(root, "none"));
        assert.equal(status, 1);
        assert.match(stderr, /nix-cache-drift: there is no folder .*none\n$/);
    });
});
