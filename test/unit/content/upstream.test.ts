import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { formatNarinfo } from "../../../src/cache/narinfo.ts";
import { Upstreams } from "../../../src/content/upstream.ts";

const NAME = "syd87l2rxw8cbsxmxl853h0r6pdwhwjr-curl";
const OTHER = "0jqd0rlxzra1rs38rdxl43yh6rxchgc6-curl";
const narinfo = formatNarinfo({
    storePath: `/nix/store/${NAME}`,
    url: "nar/x.nar",
    compression: "none",
    narHash: `sha256:${"0".repeat(52)}`,
    narSize: 1,
    references: [],
    signatures: [],
});

describe("other caches", () => {
    let server: Server;
    let url: string;
    const asked: string[] = [];
    let answer: readonly [status: number, body: string] = [200, narinfo];

    before(async () => {
        server = createServer((request, response) => {
            asked.push(request.url ?? "");
            response.writeHead(answer[0]).end(answer[1]);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });
    beforeEach(() => asked.splice(0));

    const has = async (urls: readonly string[], ...names: string[]) => {
        const upstreams = new Upstreams(urls, undefined);
        const answers = [];
        for (const name of names) answers.push(await upstreams.has(name));
        upstreams.close();
        return { answers, away: [...upstreams.away.keys()] };
    };

    it("have a path where they answer with its narinfo, and are asked once", async () => {
        answer = [200, narinfo];
        assert.deepEqual(await has([`${url}/sub/`], NAME, NAME), { answers: ["there", "there"], away: [] });
        assert.deepEqual(asked, [`/sub/${NAME.slice(0, 32)}.narinfo`]);
    });

    for (const [what, given] of [
        ["answer 404", [404, ""]],
        ["answer 403", [403, ""]],
        ["have another path there", [200, narinfo.replace("-curl", "-wget")]],
        ["answer everything with a page", [200, "<html>log in</html>"]],
        ["answer with more than a narinfo", [200, "x".repeat(2 ** 21)]],
    ] as const)
        it(`have it not where they ${what}`, async () => {
            answer = given;
            assert.deepEqual(await has([url], NAME), { answers: ["nowhere"], away: [] });
        });

    it("are many: one that has it is enough", async () => {
        answer = [200, narinfo];
        assert.deepEqual((await has(["http://127.0.0.1:9", url], NAME)).answers, ["there"]);
        answer = [404, ""];
        assert.deepEqual(await has(["http://127.0.0.1:9", url], NAME), {
            answers: ["unknown"],
            away: ["http://127.0.0.1:9"],
        });
    });

    it("are asked no more once they did not answer twice", async () => {
        answer = [502, "<html>"];
        const names = [NAME, OTHER, `${"1".repeat(32)}-a`, `${"2".repeat(32)}-a`];
        assert.deepEqual((await has([url], ...names)).answers, Array(4).fill("unknown"));
        assert.equal(asked.length, 2);
    });

    it("may be none", async () => {
        assert.deepEqual((await has([], NAME)).answers, ["nowhere"]);
    });

    for (const wrong of ["cache.nixos.org", "s3://bucket", "file:///tmp", "https://x?y=z"])
        it(`are not ${wrong}`, () => {
            assert.throws(
                () => new Upstreams([wrong], undefined),
                /^UsageError: --upstream is ".*"; it must be the http or https URL of a binary cache, or '' for none$/,
            );
        });
});
