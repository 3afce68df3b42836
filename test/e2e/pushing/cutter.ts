import { connect, createServer, type Server, type Socket } from "node:net";

/** Where a connection breaks: before the server has the request, or after, when the answer is on its way. */
export type Cut = "before" | "after";

/**
 * A TCP proxy that breaks one connection. It sees no more than bytes (the
 * server speaks TLS), so it counts turns: whatever a client sends after the
 * server's last word, the steps of a TLS handshake as well as requests.
 */
export class Cutter {
    private readonly server: Server;
    private readonly open = new Set<Socket>();
    private turns = 0;
    private at = 0;
    private how: Cut = "before";
    /** Number of connections that were broken. */
    cuts = 0;

    private constructor(server: Server) {
        this.server = server;
    }

    /** @param port of the server, on 127.0.0.1 */
    static async start(port: number): Promise<Cutter> {
        const server = createServer();
        const cutter = new Cutter(server);
        server.on("connection", (client) => cutter.relay(client, connect(port, "127.0.0.1")));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return cutter;
    }

    get url(): string {
        const address = this.server.address();
        if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
        return `https://127.0.0.1:${address.port}`;
    }

    /** Breaks the connection at this turn from now, once. */
    cutAt(turn: number, how: Cut): void {
        this.turns = 0;
        this.cuts = 0;
        this.at = turn;
        this.how = how;
    }

    async stop(): Promise<void> {
        this.open.forEach((socket) => socket.destroy());
        await new Promise((resolve) => this.server.close(resolve));
    }

    private relay(client: Socket, server: Socket): void {
        let answered = true;
        let doomed = false;
        const end = () => {
            client.destroy();
            server.destroy();
        };
        const cut = () => {
            this.cuts++;
            // An RST, as from a firewall or a router that was switched off and on.
            client.resetAndDestroy();
            server.destroy();
        };
        client.on("data", (data) => {
            if (answered) {
                answered = false;
                doomed = ++this.turns === this.at;
                if (doomed && this.how === "before") {
                    cut();
                    return;
                }
            }
            server.write(data);
        });
        server.on("data", (data) => {
            answered = true;
            if (doomed) cut();
            else client.write(data);
        });
        for (const socket of [client, server]) {
            this.open.add(socket);
            socket.on("error", end);
            socket.on("close", () => {
                this.open.delete(socket);
                end();
            });
        }
    }
}
