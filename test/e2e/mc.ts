import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "../../src/s3/connection.ts";
import { run, type Outcome } from "../../src/system/run.ts";
import type { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

/** Runs MinIO's own client; the server is called `server` there. Default: with the administrator's credentials. */
export function mc(
    stack: Pick<TestStack, "minio" | "world">,
    args: readonly string[],
    as?: Connection,
    input?: string,
): Promise<Outcome> {
    const { url, accessKey = "", secretKey = "" } = as ?? stack.minio.connection;
    const config = newFolder("mc");
    const authorities = join(config, "certs", "CAs");
    mkdirSync(authorities, { recursive: true });
    copyFileSync(stack.minio.caFile, join(authorities, "ca.crt"));
    const host = new URL(url);
    host.username = accessKey;
    host.password = secretKey;
    const env = { ...process.env, MC_HOST_server: host.href.replace(/\/$/, ""), MC_CONFIG_DIR: config };
    return run(stack.world.tools.mc, ["--no-color", ...args], {
        env,
        ...(input === undefined ? {} : { input }),
    });
}
