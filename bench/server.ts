import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeBundle } from "../sandbox/certificates.ts";
import { startMinio, type Minio } from "../sandbox/minio.ts";
import { runningMinio, stopMinio } from "../sandbox/minioProcess.ts";
import { cacheInfo } from "../src/cache/cacheInfo.ts";
import { expiryRules } from "../src/cache/expiryRules.ts";
import { CACHE_INFO_NAME } from "../src/cache/managedObjects.ts";
import { anonymousPolicy } from "../src/cache/policies.ts";
import { UserError } from "../src/cache/problem.ts";
import { send } from "../src/s3/request.ts";
import { lastLine, run } from "../src/system/run.ts";
import type { Tools } from "../toolchain/tools.ts";
import type { Served } from "./results.ts";

/** Days after which what was pushed expires: a bucket without rules would be quicker than a stack's. */
const DAYS = [30, 7] as const;
const PRIORITY = 30;

/** Milliseconds after which the server has counted anew. */
const COUNT_MS = 12_000;

/** One MinIO with TLS, for all contestants. */
export class Server {
    readonly minio: Minio;
    /** The client's program and environment; the server is called `bench` there. */
    readonly mc: { readonly program: string; readonly env: NodeJS.ProcessEnv };
    /** File with the system's certificates and the server's CA. */
    readonly bundle: string;
    private readonly dir: string;
    private buckets = 0;

    private constructor(dir: string, minio: Minio, mc: Server["mc"], bundle: string) {
        this.dir = dir;
        this.minio = minio;
        this.mc = mc;
        this.bundle = bundle;
    }

    /** @param folder for its data and all that its clients need */
    static async start(folder: string, tools: Tools): Promise<Server> {
        const dir = join(folder, "minio");
        const minio = await startMinio({
            binary: tools.minio,
            dir,
            // Its counts of requests are read; it serves nobody but this machine.
            env: { MINIO_PROMETHEUS_AUTH_TYPE: "public" },
        });
        const config = join(folder, "mc");
        mkdirSync(join(config, "certs", "CAs"), { recursive: true });
        copyFileSync(minio.caFile, join(config, "certs", "CAs", "ca.crt"));
        const { url, accessKey, secretKey } = minio.connection;
        const host = url.replace("://", `://${accessKey}:${secretKey}@`);
        const env = { ...process.env, MC_HOST_bench: host, MC_CONFIG_DIR: config };
        const bundle = join(folder, "bundle.crt");
        writeBundle(bundle, minio.connection.ca);
        return new Server(dir, minio, { program: tools.mc, env }, bundle);
    }

    /** A new bucket with what a stack gives one: expiry, anonymous reading, nix-cache-info. @returns its name */
    async bucket(): Promise<string> {
        const name = `bench-${++this.buckets}`;
        await this.client(["mb", `bench/${name}`]);
        const rules = expiryRules(...DAYS).map(({ id, prefix, days }) => ({
            ID: id,
            Status: "Enabled",
            Filter: { Prefix: prefix },
            Expiration: { Days: days },
        }));
        await this.client(["ilm", "rule", "import", `bench/${name}`], JSON.stringify({ Rules: rules }));
        // The client takes no pipe for it.
        const policy = join(this.dir, "policy.json");
        writeFileSync(policy, JSON.stringify(anonymousPolicy(name, true)));
        await this.client(["anonymous", "set-json", policy, `bench/${name}`]);
        await this.client(["pipe", "--quiet", `bench/${name}/${CACHE_INFO_NAME}`], cacheInfo(PRIORITY));
        return name;
    }

    /** Removes a bucket with all that is in it. */
    async remove(bucket: string): Promise<void> {
        await this.client(["rb", "--force", `bench/${bucket}`]);
    }

    /** What the server did while something was done. */
    async during<T>(work: () => Promise<T>): Promise<[T, Served]> {
        const before = await this.counts();
        const result = await work();
        const after = await this.counts();
        const written =
            before.written === undefined || after.written === undefined
                ? {}
                : { written: after.written - before.written };
        return [result, { requests: after.requests - before.requests, ...written }];
    }

    private async counts(): Promise<Served> {
        return { requests: await this.requests(), ...writtenBy(await runningMinio(this.dir)) };
    }

    /** Requests so far, as soon as the server says the same twice: it counts them again every few seconds alone. */
    private async requests(): Promise<number> {
        for (let before = NaN; ;) {
            const path = "/minio/metrics/v3/api/requests";
            const { body } = await send(this.minio.connection, { method: "GET", path, kind: "export" });
            const counts = body.toString().matchAll(/^minio_api_requests_total\{[^}]*\} (\S+)$/gm);
            const now = [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
            if (now === before) return now;
            before = now;
            await sleep(COUNT_MS);
        }
    }

    /** Ends it. */
    async stop(): Promise<void> {
        await stopMinio(this.dir);
    }

    /** Runs the client. @throws UserError with its last line when it fails */
    async client(args: readonly string[], input = ""): Promise<string> {
        const { program, env } = this.mc;
        const { status, stdout, stderr } = await run(program, ["--no-color", ...args], { env, input });
        if (status !== 0) throw new UserError(`mc ${args.slice(0, 3).join(" ")} failed: ${lastLine(stderr)}`);
        return stdout;
    }
}

/** Bytes that a process has had written to the disk so far (proc(5)), where the system tells. */
function writtenBy(pid: number | undefined): Pick<Served, "written"> {
    try {
        const text = readFileSync(`/proc/${pid ?? 0}/io`, "utf8");
        return { written: Number(/^write_bytes: (\d+)$/m.exec(text)?.[1]) };
    } catch {
        return {};
    }
}
