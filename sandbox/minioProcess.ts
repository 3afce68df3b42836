import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../src/cache/problem.ts";
import { argumentsOf } from "../src/system/run.ts";

/** How a MinIO is started. */
export interface MinioOptions {
    /** MinIO's server binary. */
    readonly binary: string;
    /** Folder for its data, certificates, credentials, process id and log. What is there is used again. */
    readonly dir: string;
    /**
     * Whether it goes on when this process ends. Default: false, so a test that
     * is ended leaves no server behind.
     */
    readonly detached?: boolean;
    /** Further environment variables for it. */
    readonly env?: Readonly<Record<string, string>>;
}

const STOP_SECONDS = 30;

/** What a MinIO's folder holds. */
export function filesOf(dir: string) {
    return {
        data: join(dir, "data"),
        certs: join(dir, "certs"),
        root: join(dir, "root.env"),
        port: join(dir, "port"),
        pid: join(dir, "pid"),
        log: join(dir, "minio.log"),
    };
}

/**
 * Starts MinIO's process.
 *
 * @returns tells whether it has ended since
 */
export function launch(options: MinioOptions, port: number): () => boolean {
    const files = filesOf(options.dir);
    const log = openSync(files.log, "w", 0o600);
    const server = [
        "server",
        "--quiet",
        "--certs-dir",
        files.certs,
        "--address",
        `127.0.0.1:${port}`,
        // The browser console is off; this keeps it from looking at a port on all addresses.
        "--console-address",
        "127.0.0.1:0",
        files.data,
    ];
    // The process writes its own number before it becomes MinIO: if this one is ended in
    // between, a server without a known number could never be found again.
    const child = spawn(
        "/bin/sh",
        ["-c", 'echo $$ > "$1"; shift; exec "$@"', "minio", files.pid, options.binary, ...server],
        {
            stdio: ["ignore", log, log],
            detached: options.detached ?? false,
            env: {
                // The user's own MINIO_… could name another volume or other credentials.
                ...Object.fromEntries(
                    Object.entries(process.env).filter(([name]) => !name.startsWith("MINIO_")),
                ),
                MINIO_CONFIG_ENV_FILE: files.root,
                MINIO_BROWSER: "off",
                MINIO_UPDATE: "off",
                ...options.env,
            },
        },
    );
    closeSync(log);
    let ended = false;
    const kill = () => child.kill("SIGKILL");
    child.on("error", () => (ended = true));
    child.on("exit", () => {
        ended = true;
        process.off("exit", kill);
    });
    child.unref();
    if (options.detached !== true) process.once("exit", kill);
    return () => ended;
}

/**
 * Ends the MinIO of a folder and waits for its end. A process id that has gone to
 * another program since is left alone.
 *
 * @returns whether there was one
 * @throws UserError when it has not ended after 30 s
 */
export async function stopMinio(dir: string): Promise<boolean> {
    const pid = await runningMinio(dir);
    if (pid !== undefined) {
        process.kill(pid, "SIGTERM");
        const end = Date.now() + STOP_SECONDS * 1000;
        while ((await runningMinio(dir)) !== undefined) {
            if (Date.now() > end)
                throw new UserError(`MinIO (process ${pid}) does not end; end it by hand: kill -9 ${pid}`);
            await sleep(50);
        }
    }
    rmSync(filesOf(dir).pid, { force: true });
    return pid !== undefined;
}

/** Process id of the MinIO that runs on a folder's data, if one does. */
export async function runningMinio(dir: string): Promise<number | undefined> {
    const files = filesOf(dir);
    const pid = readNumber(files.pid);
    if (pid === undefined) return undefined;
    // The data folder among its arguments tells it from whatever got that number later.
    return (await argumentsOf(pid))?.includes(files.data) === true ? pid : undefined;
}

/** The whole number above 0 that a file holds, if it does. */
export function readNumber(file: string): number | undefined {
    const value = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : Number.NaN;
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
