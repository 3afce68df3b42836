import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { STORE_DIR } from "../../src/cache/nar.ts";
import { formatNarinfo, signNarinfo } from "../../src/cache/narinfo.ts";
import type { SigningKeyPair } from "../../src/cache/signingKey.ts";

/** What {@link CacheOfAll} says to all that it is asked. */
export type Mood = "has everything" | "has nothing" | "is away" | "refuses";

/**
 * A server that answers as a cache which has every path called `HASH-made-up`,
 * signed: a push of such a path finds all of it there. It stores nothing.
 */
export class CacheOfAll {
    private readonly server: Server;
    mood: Mood = "has everything";
    /** Number of requests. */
    asked = 0;

    private constructor(key: SigningKeyPair) {
        this.server = createServer((request, answer) => {
            this.asked++;
            const name = (request.url ?? "").split("/").at(-1) ?? "";
            request.resume();
            if (this.mood === "is away") {
                request.socket.destroy();
            } else if (this.mood === "refuses") {
                answer.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
            } else if (name === "nix-cache-info") {
                answer.end(`StoreDir: ${STORE_DIR}\n`);
            } else if (name.includes("?list-type=2")) {
                // As a server lists that does not know MinIO's extension; what it has cannot be listed.
                answer.end(
                    `<ListBucketResult><Contents><Key>${"0".repeat(32)}</Key></Contents></ListBucketResult>`,
                );
            } else if (this.mood === "has nothing") {
                answer.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
            } else if (name.endsWith(".narinfo")) {
                answer.end(narinfo(name.slice(0, 32), key));
            } else {
                answer.writeHead(200, { "Content-Length": "1" }).end(request.method === "HEAD" ? "" : "x");
            }
        });
    }

    static async start(key: SigningKeyPair): Promise<CacheOfAll> {
        const cache = new CacheOfAll(key);
        await new Promise<void>((resolve) => cache.server.listen(0, "127.0.0.1", resolve));
        return cache;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

function narinfo(hash: string, { secretKey }: SigningKeyPair): string {
    const info = {
        storePath: `${STORE_DIR}/${hash}-made-up`,
        url: `nar/${"1".repeat(52)}.nar`,
        compression: "none",
        fileHash: `sha256:${"1".repeat(52)}`,
        fileSize: 1,
        narHash: `sha256:${"1".repeat(52)}`,
        narSize: 1,
        references: [],
        signatures: [],
    };
    return formatNarinfo(signNarinfo(info, secretKey));
}
