import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
    chmodSync,
    chownSync,
    cpSync,
    existsSync,
    linkSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readlinkSync,
    statSync,
    symlinkSync,
    truncateSync,
    writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { shellWord } from "../../../../src/hosts/quoting.ts";
import { mountSmall, readOnly, unmount } from "../../../e2e/faults/mounts.ts";
import { maySkip, skip } from "../../../skips.ts";
import { Machine, type Ended } from "./machine.ts";
import { builderScript, INCLUDE, newMachine, OWN_CONF, readerScript } from "./samples.ts";
import { SHELLS } from "./shells.ts";

const OLD = builderScript("old-secret");
const NEW = builderScript("new-secret");
const CONF = "etc/nix/nix.conf";

describe("the script for Linux, where something is wrong", function () {
    maySkip(this, "mount");
    this.timeout(600_000);
    let machine: Machine;
    beforeEach(() => {
        machine = newMachine();
    });
    afterEach(() => {
        machine.remove();
    });

    const installs = async (args: string[] = [], shell?: readonly string[]) => {
        const { status, stderr } = await machine.run(NEW, args, shell === undefined ? {} : { shell });
        assert.equal(status, 0, stderr);
        assert.equal(stderr, "");
        assert.deepEqual(machine.leftovers(), []);
    };
    /** It says one line, and all files are as they were. */
    const fails = (ended: Ended, before: Record<string, string>, words: RegExp, where = machine) => {
        assert.equal(ended.status, 1);
        assert.match(ended.stderr, /^install\.sh: .*\n$/);
        assert.match(ended.stderr, words);
        assert.deepEqual(where.files(), before);
        assert.deepEqual(where.leftovers(), []);
    };

    for (const shell of SHELLS) {
        it(`installs, again, over another, and takes all away, with ${shell.join(" ")}`, async () => {
            const before = machine.files();
            for (let times = 0; times < 2; times++) {
                await installs([], shell);
                assert.equal(machine.files()[CONF], `640 ${owner()} ${OWN_CONF}${INCLUDE}\n`);
                assert.match(machine.read("etc/nix-cache/credentials"), /new-secret/);
            }
            await machine.run(OLD, [], { shell });
            assert.match(machine.read("etc/nix-cache/credentials"), /old-secret/);
            await installs(["--remove"], shell);
            assert.deepEqual(machine.files(), before);
            await installs(["--remove"], shell);
            assert.deepEqual(machine.files(), before);
        });
    }

    for (const args of [[], ["--remove"]]) {
        const title = `install.sh ${args.join(" ")}`.trim();

        it(`on a disk that becomes full, wherever it does, leaves every file as it was (${title})`, async function () {
            const small = new Machine();
            if (!(await mountSmall(small.root))) skip(this, "mount");
            try {
                cpSync(machine.root, small.root, { recursive: true });
                await small.run(OLD);
                const before = small.files();
                const filler = small.at("filler");
                spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4096"], { stdio: "ignore" });
                const { size } = statSync(filler);
                assert.ok(size > 1e6);
                let failed = 0;
                for (let pages = 0; ; pages++) {
                    truncateSync(filler, size - 4096 * pages);
                    const ended = await small.run(NEW, args);
                    if (ended.status === 0) break;
                    fails(ended, before, /No space left on device.*; every file is as it was\n$/, small);
                    failed++;
                }
                // Of nix.conf, the larger part fails late.
                assert.ok(failed > 2, `it failed ${failed} times`);
                assert.notDeepEqual(small.files(), before);
                assert.ok(small.read(CONF).startsWith(OWN_CONF));
            } finally {
                await unmount(small.root);
                small.remove();
            }
        });

        it(`on a file system that cannot be written leaves every file as it was (${title})`, async function () {
            await machine.run(OLD);
            const before = machine.files();
            if (!(await readOnly(machine.root))) skip(this, "mount");
            try {
                fails(await machine.run(NEW, args), before, /Read-only file system/);
            } finally {
                await unmount(machine.root);
            }
        });

        it(`with one file that nobody can replace, whichever, leaves every file as it was (${title})`, async function () {
            await machine.run(OLD);
            const before = machine.files();
            const ours = Object.keys(before).filter((path) => !path.includes("ssl"));
            assert.ok(ours.length > 6);
            for (const path of ours) {
                if (!(await readOnly(machine.at(path)))) skip(this, "mount");
                try {
                    const words = new RegExp(`${path} (was not|cannot be) .*; every file is as it was`);
                    // The script of another key leaves nix.conf alone: it has the line.
                    const isUntouched = args.length === 0 && path === CONF;
                    const ended = await machine.run(NEW, args);
                    if (isUntouched) assert.equal(ended.status, 0, ended.stderr);
                    else fails(ended, before, words);
                } finally {
                    await unmount(machine.at(path));
                }
                if (args.length === 0 && path === CONF) await machine.run(OLD);
            }
        });
    }

    it("never empties nix.conf on a full disk, where nothing that it takes away makes room", async function () {
        const small = new Machine();
        if (!(await mountSmall(small.root))) skip(this, "mount");
        try {
            small.put(CONF, `${OWN_CONF}${INCLUDE}\n`, 0o640);
            const before = small.files();
            spawnSync("dd", ["if=/dev/zero", `of=${small.at("filler")}`, "bs=4096"], { stdio: "ignore" });
            fails(await small.run(NEW, ["--remove"]), before, /nix\.conf .*No space left on device/, small);
        } finally {
            await unmount(small.root);
            small.remove();
        }
    });

    for (const command of ["mv", "sync", "ln", "cp", "chmod", "mkdir"]) {
        it(`leaves every file as it was whichever ${command} of it fails`, async () => {
            await machine.run(OLD);
            machine.put(CONF, OWN_CONF);
            const before = machine.files();
            for (const args of [[], ["--remove"]]) {
                if (args.length > 0) {
                    await machine.run(OLD);
                    Object.assign(before, machine.files());
                }
                let failed = 0;
                // sync is asked first what it can.
                for (let time = command === "sync" ? 2 : 1; ; time++) {
                    const ended = await failing(command, time, time, args);
                    if (ended.status === 0) break;
                    fails(ended, before, new RegExp(`${command}: it fails.*; every file is as it was`));
                    failed++;
                }
                assert.ok(failed > 0 || (command === "chmod" && args.length > 0));
                machine.put("etc/nix/nix.conf", OWN_CONF);
            }
        });
    }

    it("says what could not be put back, and where it is kept, when the disk fails for good", async () => {
        await machine.run(OLD);
        const { status, stderr } = await failing("mv", 3, 1000, []);
        assert.equal(status, 1);
        const said =
            /^install\.sh: \S+ was not replaced .*; these could not be put back: (\S+) (\S+); what they were is kept in: (\S+)( |\n)/.exec(
                stderr,
            );
        assert.ok(said !== null, stderr);
        for (const path of [said[1], said[2]]) {
            const name = path?.split("/").at(-1) ?? "";
            assert.ok(existsSync(join(said[3] ?? "", `old-${name}`)), stderr);
        }
        assert.doesNotMatch(stderr, /every file is as it was/);
    });

    /** Runs the script with a command that fails from its first to its last time, as on a disk with faults. */
    async function failing(command: string, first: number, last: number, args: string[]): Promise<Ended> {
        const bin = mkdtempSync(join(machine.root, "bin-"));
        const real = spawnSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).stdout.trim();
        const lines = [
            "#!/bin/sh",
            `echo >> ${shellWord(join(bin, "times"))}`,
            `times=$(wc -l < ${shellWord(join(bin, "times"))})`,
            `if [ "$times" -ge ${first} ] && [ "$times" -le ${last} ]; then echo "${command}: it fails" >&2; exit 1; fi`,
            `exec ${real} "$@"`,
        ];
        writeFileSync(join(bin, command), lines.map((line) => `${line}\n`).join(""), { mode: 0o755 });
        return machine.run(NEW, args, { env: { PATH: `${bin}:${process.env.PATH ?? ""}` } });
    }

    it("leaves every file as it was where nix.conf is immutable", async function () {
        const before = machine.files();
        if (spawnSync("chattr", ["+i", machine.at(CONF)], { stdio: "ignore" }).status !== 0)
            skip(this, "mount");
        try {
            fails(await machine.run(NEW), before, /nix\.conf cannot be replaced .*Operation not permitted/);
        } finally {
            spawnSync("chattr", ["-i", machine.at(CONF)]);
        }
    });

    it("keeps mode and owner of a nix.conf that may not be written", async () => {
        chmodSync(machine.at(CONF), 0o440);
        if (process.getuid?.() === 0) chownSync(machine.at(CONF), 12, 34);
        const before = machine.files();
        await installs();
        const { mode, uid, gid } = statSync(machine.at(CONF));
        assert.equal(mode & 0o777, 0o440);
        if (process.getuid?.() === 0) assert.deepEqual([uid, gid], [12, 34]);
        await installs(["--remove"]);
        assert.deepEqual(machine.files(), before);
    });

    it("edits the file that nix.conf is a link to, and leaves the link", async () => {
        for (const [link, name] of [
            ["../../srv/a b$(x)'\"/my nix.conf\n", "srv/a b$(x)'\"/my nix.conf\n"],
            ["/srv/nix.conf", "srv/nix.conf"],
            [machine.at("srv/direct.conf"), "srv/direct.conf"],
        ] as const) {
            machine.put(name, OWN_CONF);
            machine.put(CONF, "");
            spawnSync("rm", [machine.at(CONF)]);
            symlinkSync(link, machine.at(CONF));
            await installs();
            assert.equal(readlinkSync(machine.at(CONF)), link);
            assert.equal(machine.read(name), `${OWN_CONF}${INCLUDE}\n`);
            await installs(["--remove"]);
            assert.equal(readlinkSync(machine.at(CONF)), link);
            assert.equal(machine.read(name), OWN_CONF);
        }
    });

    it("refuses a nix.conf that is no file, leads to itself, or is what it writes", async () => {
        for (const [link, words] of [
            ["nix.conf", /is a link that leads to itself, so nothing was changed/],
            ["/dev", /is not a file, so nothing was changed/],
            [
                "../nix-cache/nix.conf",
                /is a file that this script writes itself: .*; every file is as it was/,
            ],
        ] as const) {
            mkdirSync(machine.at("dev"), { recursive: true });
            spawnSync("rm", [machine.at(CONF)]);
            symlinkSync(link, machine.at(CONF));
            fails(await machine.run(NEW), machine.files(), words);
        }
    });

    it("writes through no link that somebody has put beside a file", async () => {
        machine.put("srv/precious", "precious");
        mkdirSync(machine.at("etc/nix-cache"));
        for (const path of ["nix/nix.conf.new", "nix-cache/credentials.new", "nix-cache/ca.crt"])
            symlinkSync(machine.at("srv/precious"), machine.at(`etc/${path}`));
        await installs();
        await installs(["--remove"]);
        assert.equal(machine.read("srv/precious"), "precious");
        assert.ok(lstatSync(machine.at("etc/nix/nix.conf.new")).isSymbolicLink());
    });

    it("moves nothing into a folder that has the name of a file", async () => {
        mkdirSync(machine.at("etc/nix-cache/signing-key"), { recursive: true });
        const before = machine.files();
        for (const args of [[], ["--remove"]])
            fails(await machine.run(NEW, args), before, /signing-key is a folder; every file is as it was/);
        assert.deepEqual(statSync(machine.at("etc/nix-cache/signing-key")).isDirectory(), true);
    });

    it("says that a nix.conf with two names keeps its text under the other", async () => {
        linkSync(machine.at(CONF), machine.at("etc/nix/other"));
        const { status, stderr } = await machine.run(NEW);
        assert.equal(status, 0);
        assert.match(stderr, /^install\.sh: .*nix\.conf has other names too \(hard links\).*\n$/);
        assert.equal(machine.read("etc/nix/other"), OWN_CONF);
        assert.equal(machine.read(CONF), `${OWN_CONF}${INCLUDE}\n`);
    });

    it("knows its line with other blanks, and not as a remark", async () => {
        for (const line of [
            "  !include\t../nix-cache/nix.conf  # the cache",
            "include /etc/nix-cache/nix.conf",
            `${INCLUDE}\r`,
        ]) {
            machine.put(CONF, `a = 1\n${line}\nb = 2\n`);
            await installs();
            assert.equal(machine.read(CONF), `a = 1\n${line}\nb = 2\n`);
            await installs(["--remove"]);
            assert.equal(machine.read(CONF), "a = 1\nb = 2\n");
        }
        const remark = `# ${INCLUDE}\n${INCLUDE}.old\nx${INCLUDE}\n`;
        machine.put(CONF, remark);
        await installs();
        assert.equal(machine.read(CONF), `${remark}${INCLUDE}\n`);
        await installs(["--remove"]);
        assert.equal(machine.read(CONF), remark);
    });

    for (const [what, content] of [
        ["bytes that are no text", Buffer.from([0x61, 0xff, 0xfe, 0x0a, 0x80, 0x00, 0x0a, 0xc3, 0x28, 0x0a])],
        ["very long lines", Buffer.from(`x = ${"y".repeat(300_000)}\nz = 1\n`)],
        ["nothing", Buffer.alloc(0)],
        ["an end of a here-document", Buffer.from("END-OF-NIX-CACHE-FILE\nEOF\n$(touch x) `touch x`\n")],
    ] as const) {
        it(`keeps every byte of a nix.conf with ${what}`, async () => {
            machine.put(CONF, content);
            const before = machine.files();
            await installs();
            assert.equal(machine.read(CONF), `${content.toString()}${INCLUDE}\n`);
            await installs(["--remove"]);
            assert.deepEqual(Object.keys(machine.files()), Object.keys(before));
            assert.equal(machine.files()[CONF]?.endsWith(content.toString("latin1")), true);
        });
    }

    it("works below a folder with any name", async () => {
        const root = join(machine.root, "a b\n$(touch x)`touch x`'\"*");
        const hostile = newMachine(root);
        const before = hostile.files();
        const first = await hostile.run(NEW);
        assert.deepEqual([first.status, first.stderr], [0, ""]);
        assert.equal(hostile.read(CONF), `${OWN_CONF}${INCLUDE}\n`);
        const relative = await hostile.run(NEW, ["--remove"], { env: { DESTDIR: "." } });
        assert.deepEqual([relative.status, relative.stderr], [0, ""]);
        assert.deepEqual(hostile.files(), before);
        assert.ok(!existsSync(join(root, "x")) && !existsSync(join(machine.root, "x")));
    });

    it("takes no certificates that lie in the folder where it happens to run", async () => {
        spawnSync("rm", ["-r", machine.at("etc/ssl")]);
        for (const name of ["sh", "ca-bundle.crt"]) writeFileSync(machine.at(name), "somebody's");
        const before = machine.files();
        fails(
            await machine.run(readerScript),
            before,
            /no certificates of this system were found, so nothing was changed/,
        );
    });

    it("takes away what it was given as whose it is, and nothing of another", async () => {
        const owner = "it's mine/$(touch x)/host";
        const before = machine.files();
        assert.equal((await machine.run(NEW, ["--owner", owner])).status, 0);
        assert.equal(machine.read("etc/nix-cache/rolled-out-by"), `${owner}\n`);
        const installed = machine.files();
        await installs(["--remove", "--owner", "another"]);
        assert.deepEqual(machine.files(), installed);
        await installs(["--remove", "--owner", owner]);
        assert.deepEqual(machine.files(), before);
        await installs(["--remove", "--owner", owner]);
        assert.ok(!existsSync(machine.at("etc/nix-cache")));
    });

    it("refuses what it does not know", async () => {
        const before = machine.files();
        for (const args of [["--removee"], ["--owner"]]) {
            const { status, stderr } = await machine.run(NEW, args);
            assert.equal(status, 2);
            assert.match(stderr, /^install\.sh: .* nothing was changed\n$/);
            assert.deepEqual(machine.files(), before);
        }
    });
});

const owner = () => `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
