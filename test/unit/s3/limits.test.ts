import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LIMITS, secondsFor, type Kind } from "../../../src/s3/limits.ts";
import { listObjects } from "../../../src/s3/objects.ts";
import type { Connection } from "../../../src/s3/connection.ts";
import { send, stream } from "../../../src/s3/request.ts";
import { ServerError, TooLarge } from "../../../src/cache/serverError.ts";
import { transmit } from "../../../src/s3/transmit.ts";

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** Servers that answer badly: what they send is what is tested. */
describe("an answer without an end", () => {
    let server: Server;
    let to: Connection;
    let behave: Behaviour;
    /** Bytes that were written to the connection that was closed last. */
    let closed: Promise<number>;

    before(async () => {
        server = createServer((request, response) => {
            closed = new Promise((resolve) =>
                request.socket.once("close", () => resolve(request.socket.bytesWritten)),
            );
            behave(request, response);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        to = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });

    const get = (kind: Kind, timeoutMs?: number) =>
        send(
            { ...to, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
            { method: "GET", path: "/b/x", kind },
        );

    /** Reads an answer that has half a second. */
    const slow = async () => {
        const limit = { what: "a test", bytes: 1_000_000, seconds: 0.3 };
        const request = { method: "GET", path: "/b/x" } as const;
        const { body } = await transmit(new URL(to.url), { ...to, timeoutMs: 200 }, request, request, limit);
        for await (const part of body) assert.ok(part.length > 0);
    };

    /** Writes for ever, as fast as it is read. */
    const endless = (response: ServerResponse) => {
        const more = () => {
            while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        };
        response.on("drain", more);
        more();
    };

    for (const kind of Object.keys(LIMITS) as Kind[]) {
        it(`is refused where ${kind} was asked for, and its connection ended`, async () => {
            behave = (_, response) => endless(response);
            await assert.rejects(get(kind), (error) => {
                assert.ok(error instanceof TooLarge);
                assert.match(
                    error.message,
                    /^http:\S+ answers GET \/b\/x with more than \S+ [KM]iB; an? .* has at most \S+ [KM]iB, so it was not read$/,
                );
                return true;
            });
            // What was on its way in the system's buffers comes to some more.
            assert.ok((await closed) < LIMITS[kind].bytes + 16 * 1024 ** 2);
        });
    }

    it("is not read at all where the server says how long it is", async () => {
        behave = (_, response) => {
            response.writeHead(200, { "Content-Length": String(50 * 1024 ** 2) });
            endless(response);
        };
        await assert.rejects(
            get("narinfo"),
            /answers GET \/b\/x with 50 MiB; a narinfo has at most 1 MiB, so/,
        );
        assert.ok((await closed) < 16 * 1024 ** 2);
    });

    it("is refused where it is an error, of whatever was asked for", async () => {
        behave = (_, response) => {
            response.writeHead(500);
            endless(response);
        };
        await assert.rejects(get("export"), /with more than 64 KiB; an error has at most 64 KiB, so/);
    });

    it("is read to the last byte that it may have", async () => {
        behave = (_, response) => response.end(Buffer.alloc(LIMITS.narinfo.bytes));
        assert.equal((await get("narinfo")).body.length, LIMITS.narinfo.bytes);
        behave = (_, response) => response.end(Buffer.alloc(LIMITS.narinfo.bytes + 1));
        await assert.rejects(get("narinfo"), TooLarge);
    });

    it("does not stop the answer to a HEAD, which has a length alone", async () => {
        behave = (_, response) => response.writeHead(200, { "Content-Length": "8000000000" }).end();
        const { status, headers } = await send(to, { method: "HEAD", path: "/b/x", kind: "short" });
        assert.deepEqual([status, headers["content-length"]], [200, "8000000000"]);
    });

    it("ends, though a byte of it comes again and again", async () => {
        behave = (request, response) => {
            const timer = setInterval(() => response.write("x"), 20);
            request.socket.once("close", () => clearInterval(timer));
        };
        await assert.rejects(slow(), (error) => {
            assert.ok(error instanceof ServerError);
            assert.match(error.message, /^http:\S+ does not answer: no whole answer within 0\.5 s$/);
            return true;
        });
        // Headers that never end are no activity of an answer either.
        behave = ({ socket }) => {
            socket.write("HTTP/1.1 200 OK\r\nX: ");
            const timer = setInterval(() => socket.write("x"), 20);
            socket.once("close", () => clearInterval(timer));
        };
        await assert.rejects(slow(), /no whole answer within 0\.5 s$/);
    });

    it("leaves a slow upload the time that its size needs", () => {
        assert.equal(secondsFor(64 * 1024 ** 2), 32_768);
    });

    it("is told from one that breaks off", async () => {
        behave = (_, response) => {
            response.writeHead(200, { "Content-Length": "100" });
            response.write("short");
            setTimeout(() => response.destroy(), 20);
        };
        await assert.rejects(get("narinfo"), /does not answer: it broke the connection/);
    });

    it("is read piece by piece where it is large, and no further than it should be", async () => {
        behave = (_, response) => response.end(Buffer.alloc(3_000_000));
        const { body } = await stream(to, "/b/nar", 3_000_000);
        let bytes = 0;
        for await (const part of body) bytes += part.length;
        assert.equal(bytes, 3_000_000);
        behave = (_, response) => endless(response);
        const endlessly = await stream(to, "/b/nar", 3_000_000);
        await assert.rejects(async () => {
            for await (const part of endlessly.body) assert.ok(part.length > 0);
        }, TooLarge);
    });

    it("is no listing where it is a page, and none that begins anew for ever", async () => {
        const all = async () => {
            for await (const page of listObjects(to, "b")) assert.ok(page.length < 2);
        };
        behave = (_, response) => response.end("<html>captive portal</html>");
        await assert.rejects(all(), /answers with no listing where one was expected$/);
        behave = (_, response) =>
            response.end(
                "<ListBucketResult><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
            );
        await assert.rejects(all(), /lists the same page of b again and again$/);
    });
});
