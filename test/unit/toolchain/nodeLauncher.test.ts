import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
    chmodSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDir } from "../../../sandbox/paths.ts";

/** Node 22.18 and newer behave like an older one with it. */
const OLD = ["--no-experimental-strip-types"];

/** An npm that notes when it begins and ends, and takes its time. */
const NPM = `#!/bin/sh
echo "begin $1 $$" >>"$NPM_LOG"
sleep 3
case $1 in
ci) mkdir -p node_modules && touch node_modules/.package-lock.json ;;
install) mkdir -p "$8/node_modules/node/bin" && printf '#!/bin/sh\\nexec "%s" "$@"\\n' "$REAL_NODE" >"$8/node_modules/node/bin/node" &&
    chmod +x "$8/node_modules/node/bin/node" ;;
esac
echo "end $1 $$" >>"$NPM_LOG"
`;

describe("what runs the project's files, started twice at the same moment", function () {
    this.timeout(120_000);
    let folder: string;
    let clone: string;
    let log: string;
    const running: { readonly kill: () => void; readonly ended: Promise<unknown> }[] = [];

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-launch-"));
        clone = join(folder, "clone with blanks");
        log = join(folder, "npm.log");
        for (const part of ["toolchain", "src"])
            cpSync(join(projectDir, part), join(clone, part), { recursive: true });
        for (const name of ["package.json", "package-lock.json"])
            cpSync(join(projectDir, name), join(clone, name));
        writeFileSync(join(clone, "hello.ts"), 'const word: string = "hello"; console.log(word);\n');
        mkdirSync(join(folder, "bin"));
        writeFileSync(join(folder, "bin", "npm"), NPM);
        chmodSync(join(folder, "bin", "npm"), 0o755);
        writeFileSync(log, "");
    });
    afterEach(async () => {
        for (const one of running) one.kill();
        await Promise.all(running.splice(0).map(({ ended }) => ended));
        rmSync(folder, { recursive: true });
    });

    function launch(...nodeOptions: string[]) {
        const child = spawn(
            process.execPath,
            [...nodeOptions, join(clone, "toolchain", "node.mjs"), "hello.ts"],
            {
                env: {
                    PATH: [join(folder, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter),
                    HOME: folder,
                    NPM_LOG: log,
                    REAL_NODE: process.execPath,
                },
                stdio: ["ignore", "pipe", "pipe"],
                // With all that it started it is one group, which can be killed as one.
                detached: true,
            },
        );
        const said = { stdout: "", stderr: "" };
        child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
        const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) =>
            child.on("close", (status) => resolve({ status, ...said })),
        );
        const kill = () => {
            try {
                process.kill(-(child.pid ?? 0), "SIGKILL");
            } catch {
                // All of it has ended.
            }
        };
        running.push({ kill, ended });
        return { ended, kill, child };
    }

    /** What npm was called for, one after the other. @throws where one began before another had ended */
    function calls(): string[] {
        const lines = readFileSync(log, "utf8").trimEnd().split("\n");
        return lines.flatMap((line, index) => {
            const [what, command = "", pid = ""] = line.split(" ");
            if (what === "begin") assert.match(lines[index + 1] ?? "", new RegExp(`^end ${command} ${pid}$`));
            return what === "begin" ? [command] : [];
        });
    }

    async function until(condition: () => boolean): Promise<void> {
        for (let tries = 0; !condition(); tries++) {
            assert.ok(tries < 600, "it does not come to that");
            await sleep(100);
        }
    }

    it("installs the packages once: one does, the other waits and says so", async () => {
        const results = await Promise.all([launch(), launch(), launch()].map(({ ended }) => ended));
        for (const { status, stdout, stderr } of results) {
            assert.equal(status, 0, stderr);
            assert.equal(stdout, "hello\n");
        }
        assert.deepEqual(calls(), ["ci"]);
        const told = results.map(({ stderr }) => stderr);
        assert.equal(told.filter((text) => text === "Installing the npm packages …\n").length, 1);
        assert.equal(
            told.filter((text) => /^Waiting for the npm packages that process \d+ installs …\n$/.test(text))
                .length,
            2,
        );
    });

    it("installs them again after package-lock.json has changed, and not otherwise", async () => {
        assert.equal((await launch().ended).status, 0);
        assert.equal((await launch().ended).stderr, "");
        // As a `git pull` leaves it: older than package-lock.json.
        utimesSync(join(clone, "node_modules", ".package-lock.json"), 0, 0);
        await Promise.all([launch().ended, launch().ended]);
        assert.deepEqual(calls(), ["ci", "ci"]);
    });

    it("installs nothing into a folder that node_modules is a link to", async () => {
        const theirs = join(folder, "theirs");
        mkdirSync(theirs);
        writeFileSync(join(theirs, "precious"), "");
        symlinkSync(theirs, join(clone, "node_modules"));
        assert.equal((await launch().ended).status, 0);
        assert.deepEqual(calls(), []);
        assert.ok(existsSync(join(theirs, "precious")));
    });

    it("waits for an npm whose caller was killed, and is held up by nothing else of it", async () => {
        const first = launch();
        await until(() => readFileSync(log, "utf8").includes("begin"));
        const npm = Number(/begin ci (\d+)/.exec(readFileSync(log, "utf8"))?.[1]);
        const installer = Number.parseInt(readFileSync(join(clone, "node_modules.lock"), "utf8"), 10);
        // npm itself goes on, as after an out-of-memory kill.
        process.kill(first.child.pid ?? 0, "SIGKILL");
        process.kill(installer, "SIGKILL");
        const { status, stderr } = await launch().ended;
        assert.equal(status, 0, stderr);
        assert.match(
            stderr,
            new RegExp(`^Waiting for the npm that an earlier run has left at work \\(process ${npm}\\) …\n$`),
        );
        assert.deepEqual(calls(), ["ci"]);
    });

    it("installs them after another was killed with all that it had started", async () => {
        const first = launch();
        await until(() => readFileSync(log, "utf8").includes("begin"));
        first.kill();
        await first.ended;
        writeFileSync(log, "");
        const { status, stderr } = await launch().ended;
        assert.equal(status, 0, stderr);
        assert.equal(stderr, "Installing the npm packages …\n");
        assert.deepEqual(calls(), ["ci"]);
    });

    it("gets a newer Node once: one does, the other waits and says so", async () => {
        const results = await Promise.all([launch(...OLD), launch(...OLD)].map(({ ended }) => ended));
        for (const { status, stdout, stderr } of results) {
            assert.equal(status, 0, stderr);
            assert.equal(stdout, "hello\n");
        }
        assert.deepEqual(calls(), ["install", "ci"]);
        const told = results.map(({ stderr }) => stderr);
        assert.equal(
            told.filter((text) => /^Node v\S+ does not run TypeScript; getting/m.test(text)).length,
            1,
        );
        assert.equal(
            told.filter((text) => /^Waiting for the Node \S+ that another run gets …$/m.test(text)).length,
            1,
        );
    });

    it("gets it after another was killed while it did", async () => {
        const first = launch(...OLD);
        await until(() => readFileSync(log, "utf8").includes("begin"));
        const waiting = launch(...OLD);
        const socket = join(folder, ".cache", "pulumi-nix-cache", "node-making.socket");
        assert.ok(existsSync(socket));
        first.kill();
        await first.ended;
        const { status, stdout, stderr } = await waiting.ended;
        assert.equal(status, 0, stderr);
        assert.equal(stdout, "hello\n");
        assert.ok(!existsSync(socket));
    });
});
