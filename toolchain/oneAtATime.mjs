// Plain JavaScript for Node 18 and newer.
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";

/**
 * Does a work while no other process does it, where that saves work: a second
 * one waits until the first has ended, by whatever way. A socket tells: the
 * system answers for whoever listens, and for nobody when it is gone.
 *
 * It is no lock to rely on: of two that find a dead one's socket at the same
 * moment, both may go on. The work must bear that.
 *
 * @param socket path of the socket; where it cannot be made (the path is too long), nobody waits
 * @param waiting is called once, when another one is at work
 */
export async function oneAtATime(socket, waiting, work) {
    for (let told = false; ;) {
        const server = await listen(socket);
        if (server !== undefined) {
            try {
                return await work();
            } finally {
                server.close();
            }
        }
        const there = await waitForEnd(socket, () => {
            if (!told) waiting();
            told = true;
        });
        if (!there) rmSync(socket, { force: true });
    }
}

/** A server that keeps nobody from ending; undefined when one is there already. */
function listen(socket) {
    return new Promise((done) => {
        const connections = new Set();
        const server = createServer((connection) => {
            connections.add(connection);
            connection.on("error", () => {});
            connection.unref();
        });
        const close = () => {
            for (const connection of connections) connection.destroy();
            server.close();
        };
        server.on("error", ({ code }) => done(code === "EADDRINUSE" ? undefined : { close: () => {} }));
        server.listen(socket, () => done({ close }));
        server.unref();
    });
}

/** Waits until who listens has ended. @returns false when nobody listens */
function waitForEnd(socket, connected) {
    return new Promise((done) => {
        let there = false;
        const connection = connect(socket, () => {
            there = true;
            connected();
        });
        connection.on("error", () => {});
        connection.on("close", () => done(there));
        connection.resume();
    });
}
