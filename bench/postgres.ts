import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../src/cache/problem.ts";
import { lastLine, run } from "../src/system/run.ts";
import { pathFolders } from "../toolchain/search.ts";

/** Where Debian has the server's programs, a folder a version. */
const DEBIAN = "/usr/lib/postgresql";
const PROGRAMS = ["initdb", "postgres", "pg_isready", "createdb"];
/** PostgreSQL refuses to run as root: it runs as `nobody` then. */
const NOBODY = 65_534;

/** The folder with PostgreSQL's server programs, on PATH or where Debian has them. */
export function findPostgres(): string | undefined {
    const debian = existsSync(DEBIAN)
        ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, "bin"))
        : [];
    return [...pathFolders(), ...debian].find((folder) =>
        PROGRAMS.every((program) => existsSync(join(folder, program))),
    );
}

/** A PostgreSQL of its own, behind a socket in a folder of its own. */
export class Postgres {
    private readonly bin: string;
    private readonly dir: string;
    private readonly end: () => Promise<void>;

    private constructor(bin: string, dir: string, end: () => Promise<void>) {
        this.bin = bin;
        this.dir = dir;
        this.end = end;
    }

    /** @throws UserError with what it said when it does not start within 30 s */
    static async start(bin: string): Promise<Postgres> {
        // Its user must reach it, and a socket's path is short.
        const dir = mkdtempSync("/tmp/nix-cache-pg-");
        const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
        if (as.uid !== undefined) chownSync(dir, as.uid, as.gid);
        const data = join(dir, "data");
        const options = {
            ...as,
            cwd: dir,
            stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"],
        };
        const made = spawn(
            join(bin, "initdb"),
            ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"],
            options,
        );
        let said = "";
        made.stderr.on("data", (part: Buffer) => (said += part.toString()));
        const [status] = (await once(made, "close")) as [number | null];
        if (status !== 0) throw new UserError(`initdb failed: ${lastLine(said)}`);
        const server = spawn(
            join(bin, "postgres"),
            ["-D", data, "-k", dir, "-c", "listen_addresses="],
            options,
        );
        server.stderr.resume();
        const kill = () => server.kill("SIGQUIT");
        process.once("exit", kill);
        const postgres = new Postgres(bin, dir, async () => {
            process.off("exit", kill);
            const ended = once(server, "exit");
            if (server.exitCode === null && server.kill("SIGINT")) await ended;
            rmSync(dir, { recursive: true, force: true });
        });
        for (let tries = 0; tries < 300; tries++) {
            const { status: ready } = await run(join(bin, "pg_isready"), ["-h", dir]);
            if (ready === 0) return postgres;
            await sleep(100);
        }
        await postgres.stop();
        throw new UserError("PostgreSQL does not start");
    }

    /** Makes a database. @returns how a client reaches it */
    async database(name: string): Promise<string> {
        const { status, stderr } = await run(join(this.bin, "createdb"), [
            "-h",
            this.dir,
            "-U",
            "bench",
            name,
        ]);
        if (status !== 0) throw new UserError(`createdb failed: ${lastLine(stderr)}`);
        return `host=${this.dir} user=bench dbname=${name}`;
    }

    /** Ends it and removes its folder. */
    stop(): Promise<void> {
        return this.end();
    }
}
