import assert from "node:assert/strict";
import type { Credentials } from "../../src/hosts/awsCredentials.ts";
import { send } from "../../src/s3/request.ts";
import { tarOf } from "../../src/s3/tar.ts";
import { anonymous, Bucket } from "./objects.ts";
import { TestStack } from "./testStack.ts";

/** MinIO unpacks such a request: the names that are written are in its body, and not those that it asks for. */
const ARCHIVE = { "x-amz-meta-snowball-auto-extract": "true", "Content-Type": "application/x-tar" };

describe("an archive that the server unpacks", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let users: Record<string, Credentials>;

    before(async () => {
        const config = { bucket: "unpacked", builders: ["unpacked-one"], pinners: ["unpacked-host"] };
        stack = await TestStack.open("unpacked", config);
        await stack.up();
        const outputs = await stack.outputs();
        users = {
            ...(outputs.builders as Record<string, Credentials>),
            ...(outputs.pinners as Record<string, Credentials>),
        };
    });

    async function put(user: string, asked: string, written: string): Promise<number> {
        const to = { ...anonymous(stack), ...users[user] };
        const body = tarOf([{ name: written, content: Buffer.from("evil") }], {});
        const { status } = await send(to, {
            method: "PUT",
            path: `/unpacked/${asked}`,
            kind: "short",
            headers: ARCHIVE,
            body,
        });
        return status;
    }

    for (const [user, asked, forbidden] of [
        ["unpacked-one", "a.tar", ["nix-cache-info", "usage.html", "_pins/hosts/unpacked-host"]],
        [
            "unpacked-host",
            "_pins/hosts/unpacked-host",
            ["nix-cache-info", "usage.html", "_pins/hosts/desk", "a.narinfo"],
        ],
    ] as const)
        it(`writes no more than ${user} may write by single requests`, async () => {
            const cache = new Bucket(anonymous(stack), "unpacked");
            const before = await cache.list();
            const contents = await Promise.all(before.map((name) => cache.read(name)));
            for (const name of forbidden) assert.equal(await put(user, asked, name), 403, name);
            assert.deepEqual(await cache.list(), before);
            assert.deepEqual(await Promise.all(before.map((name) => cache.read(name))), contents);
        });

    it("is written where it may be, so that the refusals above are of the names", async () => {
        assert.equal(await put("unpacked-one", "a.tar", "a.ls"), 200);
        const names = await new Bucket(anonymous(stack), "unpacked").list();
        assert.deepEqual(names, ["a.ls", "nix-cache-info", "usage.html"]);
    });
});
