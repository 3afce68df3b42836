import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeBundle } from "../sandbox/certificates.ts";
import { startMinio, type Minio } from "../sandbox/minio.ts";
import { stopMinio } from "../sandbox/minioProcess.ts";
import { cacheInfo } from "../src/cache/cacheInfo.ts";
import { expiryRules } from "../src/cache/expiryRules.ts";
import { CACHE_INFO_NAME } from "../src/cache/managedObjects.ts";
import { anonymousPolicy } from "../src/cache/policies.ts";
import { UserError } from "../src/cache/problem.ts";
import { lastLine, run } from "../src/system/run.ts";
import type { Tools } from "../toolchain/tools.ts";

/** Days after which what was pushed expires: a bucket without rules would be quicker than a stack's. */
const DAYS = [30, 7] as const;
const PRIORITY = 30;

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
        const minio = await startMinio({ binary: tools.minio, dir });
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
