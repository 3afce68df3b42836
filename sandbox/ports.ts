import { createServer } from "node:net";

/** A port of 127.0.0.1 that nothing listens on. */
export function freePort(): Promise<number> {
    return listenOnce(0);
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
