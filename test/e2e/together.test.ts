import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ensureCertificates } from "../../sandbox/certificates.ts";
import { PathError } from "../../src/cache/faults.ts";
import { ServerError } from "../../src/cache/serverError.ts";
import { listingKey } from "../../src/cache/storePath.ts";
import { withConnections, type Cache } from "../../src/s3/bucket.ts";
import type { Connection } from "../../src/s3/connection.ts";
import { listObjects } from "../../src/s3/objects.ts";
import { send } from "../../src/s3/request.ts";
import { Together } from "../../src/s3/together.ts";
import { newFolder, theWorld } from "./world.ts";

const BUCKET = "together";
const TYPE = "application/json";

describe("small objects that are written together", function () {
    this.timeout(120_000);
    let connection: Connection;

    before(async () => {
        ({ connection } = (await theWorld()).minio);
        const made = await send(connection, { method: "PUT", path: `/${BUCKET}`, kind: "short" });
        assert.equal(made.status, 200);
    });

    const inCache = <T>(work: (cache: Cache) => Promise<T>, to = connection): Promise<T> =>
        withConnections({ connection: to, bucket: BUCKET }, work);
    const named = (name: string, count: number) =>
        Array.from({ length: count }, (_, n): [string, string] => {
            const hash = `${name}${n}`.padStart(32, "0");
            return [listingKey(`/nix/store/${hash}-x`), JSON.stringify({ name, n })];
        });
    const read = async ([key]: [string, string]) => {
        const request = { method: "GET", path: `/${BUCKET}/${key}`, kind: "own" } as const;
        const { status, headers, body } = await send(connection, request);
        return { status, type: headers["content-type"], text: body.toString("utf8") };
    };

    it("are each as it was given, whatever was there", () =>
        inCache(async (cache) => {
            const objects = named("a", 300);
            const first = new Together(cache, "text/plain");
            await Promise.all(objects.slice(0, 20).map(([key]) => first.put(key, "before")));
            const together = new Together(cache, TYPE);
            await Promise.all(objects.map(([key, text]) => together.put(key, text)));
            for (const one of objects)
                assert.deepEqual(await read(one), { status: 200, type: TYPE, text: one[1] });
            const names = new Set<string>();
            for await (const page of listObjects(connection, BUCKET))
                for (const { key } of page) names.add(key);
            // The archive itself is none.
            assert.deepEqual(
                [...names].filter((name) => name.endsWith(".tar")),
                [],
            );
        }));

    it("are there when it says so, each for itself", () =>
        inCache(async (cache) => {
            const together = new Together(cache, TYPE);
            await Promise.all(
                named("c", 200).map(async (one) => {
                    await together.put(...one);
                    assert.equal((await read(one)).status, 200);
                }),
            );
        }));

    describe("and another server", () => {
        const seen: string[] = [];
        let answer: (name: string) => { readonly status: number; readonly server: string };
        let server: Server;
        let to: Connection;

        before(async () => {
            const folder = newFolder("other-server");
            const { ca } = await ensureCertificates(folder);
            const [cert, key] = ["public.crt", "private.key"].map((file) => readFileSync(join(folder, file)));
            server = createServer({ cert, key }, (request, response) => {
                const name = (request.url ?? "").slice(`/${BUCKET}/`.length);
                seen.push(name);
                const { status, ...headers } = answer(name);
                const body = status === 200 ? "" : "<Error><Code>InvalidArgument</Code></Error>";
                request.resume().on("end", () => response.writeHead(status, headers).end(body));
            });
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
            to = { ...connection, url, ca };
        });
        beforeEach(() => void (seen.length = 0));
        after(() => {
            server.closeAllConnections();
            server.close();
        });
        const write = (objects: readonly [string, string][]) =>
            inCache((cache) => {
                const together = new Together(cache, TYPE);
                return Promise.allSettled(objects.map((one) => together.put(...one)));
            }, to);

        it("get a request each where it is no MinIO", async () => {
            answer = () => ({ status: 200, server: "other" });
            const objects = named("d", 40);
            await write(objects);
            assert.deepEqual(seen.sort(), objects.map(([name]) => name).sort());
        });

        it("keep no other where one of them is refused", async () => {
            const objects = named("e", 40);
            const bad = objects[20]?.[0] ?? "";
            answer = (name) => ({
                status: name === bad || name.endsWith(".tar") ? 400 : 200,
                server: "MinIO",
            });
            const ended = await write(objects);
            const refused = ended.flatMap((end, n) => (end.status === "rejected" ? [n] : []));
            assert.deepEqual(refused, [20]);
            assert.ok((ended[20] as PromiseRejectedResult).reason instanceof PathError);
            assert.equal(seen.filter((name) => name.endsWith(".tar")).length, 1);
            assert.deepEqual(
                seen.filter((name) => !name.endsWith(".tar")).sort(),
                objects.map(([name]) => name).sort(),
            );
        });

        it("wait for it, all of one request, where it is not able to", async () => {
            const objects = named("f", 40);
            answer = (name) => ({ status: name.endsWith(".tar") ? 503 : 200, server: "MinIO" });
            const ended = await write(objects);
            assert.equal(ended[0]?.status, "fulfilled");
            for (const end of ended.slice(1))
                assert.ok((end as PromiseRejectedResult).reason instanceof ServerError);
        });
    });
});
