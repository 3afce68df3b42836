import assert from "node:assert/strict";
import aws4 from "aws4";
import fc from "fast-check";
import type { Connection } from "../../../src/s3/connection.ts";
import { sha256Hex, signed } from "../../../src/s3/sign.ts";

const url = "https://cache.example";
const word = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
const part = fc.stringMatching(/^([A-Za-z0-9._~-]|%20|%3D){1,20}$/).filter((one) => !/^\.+$/.test(one));
const encoded = fc.stringMatching(/^([A-Za-z0-9._~-]|%20|%2F|%3D){0,20}$/);

describe("the signature of a request", () => {
    it("is the one that aws4 makes", () => {
        fc.assert(
            fc.property(
                fc.record({
                    method: fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE"),
                    path: fc.array(part, { minLength: 1 }).map((parts) => `/b/${parts.join("/")}`),
                    query: fc.dictionary(word, encoded),
                    words: fc.dictionary(
                        word.map((name) => `x-amz-meta-${name}`),
                        fc.stringMatching(/^[!-~]( ?[!-~]{1,9}){0,3} ?$/),
                    ),
                    body: fc.string(),
                    unsigned: fc.boolean(),
                    accessKey: word,
                    secretKey: fc.string({ minLength: 8 }),
                    region: fc.constantFrom("us-east-1", "eu-home-2"),
                    now: fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
                }),
                ({ method, path, query, words, body, unsigned, accessKey, secretKey, region, now }) => {
                    const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
                    const target = pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
                    const headers = { Host: "cache.example", ...words };
                    const bodyHash = unsigned ? "UNSIGNED-PAYLOAD" : sha256Hex(body);
                    const to: Connection = { url, accessKey, secretKey, region };
                    const given = signed(to, { method, target, headers, bodyHash }, now);
                    const time = now.toISOString().replace(/[:-]|\.\d+/g, "");
                    const expected = aws4.sign(
                        {
                            service: "s3",
                            region,
                            method,
                            host: "cache.example",
                            path: target,
                            headers: { ...headers, "X-Amz-Content-Sha256": bodyHash, "X-Amz-Date": time },
                        },
                        { accessKeyId: accessKey, secretAccessKey: secretKey },
                    );
                    assert.equal(given.Authorization, expected.headers?.Authorization);
                },
            ),
        );
    });

    it("is left out where nobody asks", () => {
        const headers = { Host: "cache.example" };
        assert.deepEqual(signed({ url }, { method: "GET", target: "/b", headers, bodyHash: "" }), headers);
    });
});
