import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../sandbox/ports.ts";
import { nixEnvironment } from "../../sandbox/nixCommand.ts";
import { UserError } from "../../src/cache/problem.ts";
import { run } from "../../src/system/run.ts";
import { pathFolders } from "../../toolchain/search.ts";
import type { Arena, Contestant, Job, Missing, Pusher } from "../contestant.ts";
import type { Command } from "../measure.ts";
import { findPostgres, Postgres } from "../postgres.ts";

/** Paths that its hook's service pushes at once (niks3 1.7.0, `hook/worker.go`). */
const BATCH = 50;

/** niks3: its client, its server beside MinIO, and PostgreSQL beside that. */
export async function niks3(
    arena: Arena,
): Promise<{ contestant: Contestant | Missing; stop: () => Promise<void> }> {
    const name = "niks3 push";
    const missing = (why: string) => ({ contestant: { name, why }, stop: () => Promise.resolve() });
    const [client, server] = ["niks3", "niks3-server"].map((file) =>
        pathFolders()
            .map((folder) => join(folder, file))
            .find((path) => existsSync(path)),
    );
    const bin = findPostgres();
    if (client === undefined || server === undefined)
        return missing("niks3 and niks3-server are not on PATH");
    if (bin === undefined) return missing("PostgreSQL is not installed");
    const { status } = await run("unshare", [...IN_NAMESPACE, "true"]);
    if (status !== 0 || !existsSync("/nix"))
        return missing("its store needs a mount namespace, and a folder /nix");
    const postgres = await Postgres.start(bin);
    const open = (bucket: string) => begin(arena, { client, server, postgres, bucket });
    return { contestant: { name, open }, stop: () => postgres.stop() };
}

/** It reads store paths where they say that they are, so the bench's store becomes /nix for it alone. */
const IN_NAMESPACE = ["--user", "--map-root-user", "--mount"];

interface Parts {
    readonly client: string;
    readonly server: string;
    readonly postgres: Postgres;
    readonly bucket: string;
}

async function begin(arena: Arena, { client, server, postgres, bucket }: Parts): Promise<Pusher> {
    const { accessKey, secretKey } = arena.server.minio.connection;
    const dir = arena.folder("niks3");
    const file = (name: string, text: string) => {
        writeFileSync(join(dir, name), text, { mode: 0o600 });
        return join(dir, name);
    };
    const port = await freePort();
    const token = file("token", randomBytes(32).toString("hex"));
    const env = { ...process.env, SSL_CERT_FILE: arena.server.bundle };
    const args = [
        "--db",
        await postgres.database(bucket.replaceAll("-", "_")),
        "--http-addr",
        `127.0.0.1:${port}`,
    ];
    args.push("--s3-endpoint", arena.server.minio.address, "--s3-bucket", bucket, "--s3-region", "us-east-1");
    args.push(
        "--s3-access-key-path",
        file("access", accessKey),
        "--s3-secret-key-path",
        file("secret", secretKey),
    );
    args.push("--api-token-path", token, "--sign-key-path", arena.key.file);
    const child = spawn(server, args, { env, stdio: "ignore" });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/health`, () => child.exitCode !== null);
    return {
        push: ({ paths, queued }: Job) => {
            const batches: Command[] = [];
            const size = queued ? BATCH : paths.length;
            for (let n = 0; n < paths.length; n += size) {
                const given = [
                    "push",
                    "--server-url",
                    url,
                    "--auth-token-path",
                    token,
                    ...paths.slice(n, n + size),
                ];
                const mounted = 'mount --bind "$1/nix" /nix && shift && exec "$@"';
                batches.push({
                    program: "unshare",
                    args: [...IN_NAMESPACE, "sh", "-c", mounted, "sh", arena.root, client, ...given],
                    env: {
                        ...nixEnvironment({ ...arena.nix, dir: arena.folder("home") }),
                        PATH: `${arena.nix.nix}:${process.env.PATH ?? ""}`,
                        SSL_CERT_FILE: arena.server.bundle,
                    },
                });
            }
            return Promise.resolve(batches);
        },
        close: async () => {
            process.off("exit", kill);
            const ended = once(child, "exit");
            if (child.exitCode === null && child.kill("SIGTERM")) await ended;
        },
    };
}

/** @throws UserError when a server does not answer within 20 s */
async function answers(url: string, hasEnded: () => boolean): Promise<void> {
    for (let tries = 0; tries < 200 && !hasEnded(); tries++) {
        try {
            if ((await fetch(url)).ok) return;
        } catch {
            // Not yet.
        }
        await sleep(100);
    }
    throw new UserError("niks3-server does not start");
}
