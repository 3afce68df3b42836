import assert from "node:assert/strict";
import { parseListing } from "../../../src/s3/listing.ts";

const one = (key: string, more = "") =>
    `<Contents><Key>${key}</Key><LastModified>2026-11-24T10:00:00.000Z</LastModified><ETag>&#34;x&#34;</ETag><Size>7</Size>${more}</Contents>`;
const page = (content: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>${content}</ListBucketResult>`;

describe("a page of a listing", () => {
    it("is read: names, sizes, times, and what the next page is asked for with", () => {
        const token = "<NextContinuationToken>a&amp;b&#61;&#x3D;</NextContinuationToken>";
        for (const text of [
            page(token + one("nar%2Fa+b") + one("c")),
            page(one("nar%2Fa+b") + one("c") + token),
        ]) {
            const { objects, next } = parseListing(text);
            assert.deepEqual(
                objects.map(({ key }) => key),
                ["nar/a b", "c"],
            );
            assert.deepEqual(
                [objects[0]?.size, objects[0]?.modified.toISOString()],
                [7, "2026-11-24T10:00:00.000Z"],
            );
            assert.equal(next, "a&b==");
        }
        assert.deepEqual(parseListing(page("<KeyCount>0</KeyCount>")), { objects: [], next: undefined });
        assert.equal(parseListing(page("<NextContinuationToken></NextContinuationToken>")).next, undefined);
    });

    it("says whether who reads an object gets what was put, where it has metadata", () => {
        const metadata = (words: string) => `<UserMetadata>${words}</UserMetadata>`;
        const { objects } = parseListing(
            page(
                one("a") +
                    one("b", metadata("<content-type>x</content-type>")) +
                    one("c", metadata("<content-encoding>br</content-encoding>")) +
                    one(
                        "d",
                        metadata(
                            "<X-Amz-Server-Side-Encryption-Customer-Algorithm>AES256</X-Amz-Server-Side-Encryption-Customer-Algorithm>",
                        ),
                    ),
            ),
        );
        assert.deepEqual(
            objects.map(({ isPlain }) => isPlain),
            [undefined, true, false, false],
        );
    });

    it("takes no token from the name of an object", () => {
        assert.equal(
            parseListing(page(one("x", "<NextContinuationToken>no</NextContinuationToken>") + one("y"))).next,
            undefined,
        );
    });

    for (const [what, text] of Object.entries({
        "a page of a proxy": "<html><body>Contents</body></html>",
        nothing: "",
        "one that is cut off": page(one("a")).slice(0, -40),
        "one whose object has no name": page(one("")),
        "one whose object has no time": page(one("a").replace(/2026[^<]*/, "now")),
        "one whose object has no size": page(one("a").replace("7", "many")),
        "one whose name is no URL's": page(one("%E0%A4%A")),
        "one with a code beyond all characters": page(one("a&#9999999;")),
    }))
        it(`is not ${what}`, () => assert.throws(() => parseListing(text)));

    it("of nothing but beginnings is refused at once", () => {
        assert.throws(() => parseListing(page("<Contents>".repeat(400_000))));
    });
});
