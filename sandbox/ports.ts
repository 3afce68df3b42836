import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Ports below those that systems give out by themselves (from 32768 on Linux,
 * from 49152 elsewhere): nobody is given one of these while its server is
 * stopped for a moment.
 */
const [FIRST, END] = [20_000, 32_768];

/** A port of 127.0.0.1 that nothing listens on, and that no other program is given by chance. */
export async function freePort(): Promise<number> {
    for (;;) {
        const port = randomInt(FIRST, END);
        if (await isFree(port)) return port;
    }
}

/** Whether nothing listens on a port of 127.0.0.1 now. */
export async function isFree(port: number): Promise<boolean> {
    try {
        return (await listenOnce(port)) === port;
    } catch {
        return false;
    }
}

function listenOnce(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.on("error", reject);
        server.listen(port, "127.0.0.1", () => {
            const address = server.address();
            server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
        });
    });
}
