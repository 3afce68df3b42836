import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Minio } from "../../../sandbox/minio.ts";
import { isFree } from "../../../sandbox/ports.ts";
import { mc } from "../mc.ts";
import { newFolder, type World } from "../world.ts";

/**
 * A MinIO without TLS, on the port and with the administrator that a recorded
 * state names. A certificate would be in that state, and end one day.
 *
 * @returns undefined when the port is taken
 */
export async function plainMinio(world: World, port: number): Promise<PlainMinio | undefined> {
    if (!(await isFree(port))) return undefined;
    const address = `127.0.0.1:${port}`;
    const root = { accessKey: "recorded-admin", secretKey: "not-a-secret-of-anybody" };
    const child = spawn(
        world.tools.minio,
        ["server", "--quiet", "--address", address, "--console-address", "127.0.0.1:0", newFolder("plain")],
        {
            stdio: "ignore",
            env: {
                PATH: process.env.PATH,
                HOME: process.env.HOME,
                MINIO_ROOT_USER: root.accessKey,
                MINIO_ROOT_PASSWORD: root.secretKey,
                MINIO_BROWSER: "off",
                MINIO_UPDATE: "off",
            },
        },
    );
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    const minio = { ...world.minio, address, connection: { url: `http://${address}`, ...root, ca: "" } };
    for (let tries = 0; (await mc({ minio, world }, ["ls", "server"])).status !== 0; tries++) {
        if (tries > 100) throw new Error(`MinIO does not answer on ${address}`);
        await sleep(300);
    }
    const stop = async () => {
        kill();
        await ended;
        process.off("exit", kill);
    };
    return { minio, stop };
}

/** It runs. */
export interface PlainMinio {
    readonly minio: Minio;
    readonly stop: () => Promise<void>;
}
