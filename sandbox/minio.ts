import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../src/cache/problem.ts";
import { writeDurable, writeWhole } from "../src/system/wholeFile.ts";
import type { Connection } from "../src/s3/connection.ts";
import { send } from "../src/s3/request.ts";
import { lastLine } from "../src/system/run.ts";
import { ensureCertificates } from "./certificates.ts";
import { filesOf, launch, readNumber, runningMinio, stopMinio, type MinioOptions } from "./minioProcess.ts";
import { freePort, isFree } from "./ports.ts";

/** A running MinIO with TLS. */
export interface Minio {
    /** `127.0.0.1:PORT`, as `minio:minioServer` takes it. */
    readonly address: string;
    /** URL, administrator's credentials and the CA. */
    readonly connection: Connection & {
        readonly accessKey: string;
        readonly secretKey: string;
        readonly ca: string;
    };
    /** File with the CA's certificate, in PEM. */
    readonly caFile: string;
    /** What {@link startMinio} had to do; `moved` when its port of last time was taken by another program. */
    readonly found: "running" | "started" | "moved";
}

const START_SECONDS = 60;

/**
 * Starts a MinIO on 127.0.0.1, with TLS and a certificate of its own CA, on the
 * port it had last time (a free one the first time), and waits until it answers.
 * One that runs already in this folder is left alone.
 *
 * @throws UserError when it ends, or does not answer within 60 s; it names the log
 */
export async function startMinio(options: MinioOptions): Promise<Minio> {
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    const files = filesOf(options.dir);
    const certificates = await ensureCertificates(files.certs);
    const root = ensureRoot(files.root);
    const at = (port: number, found: Minio["found"]): Minio => ({
        address: `127.0.0.1:${port}`,
        connection: { url: urlOf(port), ...root, ca: certificates.ca },
        caFile: certificates.caFile,
        found,
    });
    const before = readNumber(files.port);
    const pid = await runningMinio(options.dir);
    if (before !== undefined && pid !== undefined) {
        const minio = at(before, "running");
        if (await answersWithin(minio.connection, 10, () => false)) return minio;
        await stopMinio(options.dir);
    }
    for (let attempt = 1; ; attempt++) {
        const port =
            attempt === 1 && before !== undefined && (await isFree(before)) ? before : await freePort();
        writeWhole(files.port, String(port), 0o600);
        const minio = at(port, before === undefined || before === port ? "started" : "moved");
        const hasEnded = launch(options, port);
        if (await answersWithin(minio.connection, START_SECONDS, hasEnded)) return minio;
        const log = existsSync(files.log) ? readFileSync(files.log, "utf8") : "";
        await stopMinio(options.dir);
        // Between the look at the port and MinIO's own, another program can take it.
        if (attempt < 3 && log.includes("already in use")) continue;
        throw new UserError(`MinIO did not start: ${lastLine(log) || "no answer"} (its log: ${files.log})`);
    }
}

/** Address and credentials of the MinIO that a folder is of, running or not; undefined when there was none yet. */
export function rememberedMinio(
    dir: string,
): Required<Pick<Connection, "url" | "accessKey" | "secretKey">> | undefined {
    const files = filesOf(dir);
    const port = readNumber(files.port);
    return port === undefined || !existsSync(files.root)
        ? undefined
        : { url: urlOf(port), ...ensureRoot(files.root) };
}

const urlOf = (port: number) => `https://127.0.0.1:${port}`;

/** Whether it serves requests of its administrator: it answers `live` before it knows any user. */
async function answersWithin(
    connection: Connection,
    seconds: number,
    hasEnded: () => boolean,
): Promise<boolean> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end && !hasEnded()) {
        try {
            const live = await send(
                { ...connection, timeoutMs: 2_000 },
                { method: "GET", path: "/minio/health/live", kind: "short" },
            );
            const list = await send(
                { ...connection, timeoutMs: 2_000 },
                { method: "GET", path: "/", kind: "listing" },
            );
            if (live.status === 200 && list.status === 200) return true;
        } catch {
            // Not yet.
        }
        await sleep(100);
    }
    return false;
}

/** The administrator, made once. MinIO reads the file itself, so the secret is in no argument and no environment. */
function ensureRoot(file: string): { accessKey: string; secretKey: string } {
    if (!existsSync(file)) {
        const secret = randomBytes(24).toString("hex");
        writeDurable(file, `MINIO_ROOT_USER=sandbox-admin\nMINIO_ROOT_PASSWORD=${secret}\n`, 0o600);
    }
    const text = readFileSync(file, "utf8");
    const value = (name: string) => new RegExp(`^${name}=(.+)$`, "m").exec(text)?.[1] ?? "";
    return { accessKey: value("MINIO_ROOT_USER"), secretKey: value("MINIO_ROOT_PASSWORD") };
}
