import {
    createServer,
    request as plainRequest,
    type IncomingHttpHeaders,
    type IncomingMessage,
    type ServerResponse,
} from "node:http";
import { request as tlsRequest, Agent } from "node:https";
import type { AddressInfo } from "node:net";
import type { Connection } from "../../../src/s3/connection.ts";

/** One request that went through, with the order in which it came and in which its answer did. */
export interface Relayed {
    readonly method: string;
    /** The object's name; with its query, where there is one. */
    readonly key: string;
    readonly status: number;
    readonly came: number;
    readonly ended: number;
}

/** What is done with a request: it goes through, it is answered so, its connection is cut, or nothing happens. */
export type Treatment = "pass" | "cut" | "stall" | { readonly status: number; readonly code: string };

/**
 * A proxy between a builder and a real server that speaks HTTP, so sees each
 * request: it takes down what goes through, and can answer in the server's place
 * with what a real one answers when it is in need.
 */
export class Relay {
    private readonly server = createServer((request, response) => this.relay(request, response));
    private readonly agent: Agent;
    private readonly to: URL;
    private readonly bucket: string;
    private clock = 0;
    readonly seen: Relayed[] = [];
    /** Says what is done with a request. Default: it passes. */
    treat: (method: string, key: string, headers: IncomingHttpHeaders) => Treatment = () => "pass";
    /** Told of each request that went through, before its answer is passed on. */
    after: (one: Relayed) => Promise<void> = () => Promise.resolve();

    private constructor({ url, ca }: Connection, bucket: string) {
        this.to = new URL(url);
        this.bucket = bucket;
        this.agent = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
    }

    static async start(to: Connection, bucket: string): Promise<Relay> {
        const relay = new Relay(to, bucket);
        await new Promise<void>((resolve) => relay.server.listen(0, "127.0.0.1", resolve));
        return relay;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.agent.destroy();
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    private relay(request: IncomingMessage, response: ServerResponse): void {
        const { method = "", url = "" } = request;
        const key = url.slice(`/${this.bucket}/`.length);
        const came = ++this.clock;
        const treatment = this.treat(method, key, request.headers);
        response.on("error", () => undefined);
        if (treatment === "cut") request.socket.destroy();
        if (treatment === "stall") request.resume();
        if (treatment === "cut" || treatment === "stall") return;
        if (treatment !== "pass") {
            request.resume();
            const { status, code } = treatment;
            request.on("end", () => response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`));
            return;
        }
        const options = {
            host: this.to.hostname,
            port: this.to.port,
            method,
            path: url,
            // The host too, which the signature covers.
            headers: request.headers,
        };
        const on = (answer: IncomingMessage) => {
            const body: Buffer[] = [];
            answer.on("data", (part: Buffer) => body.push(part));
            answer.on("end", () => {
                const status = answer.statusCode ?? 0;
                const one = { method, key, status, came, ended: ++this.clock };
                this.seen.push(one);
                void this.after(one).then(() => {
                    response.writeHead(status, answer.headers);
                    response.end(Buffer.concat(body));
                });
            });
        };
        const isTls = this.to.protocol === "https:";
        const call = isTls ? tlsRequest({ ...options, agent: this.agent }, on) : plainRequest(options, on);
        call.on("error", () => request.socket.destroy());
        request.pipe(call);
    }
}
