import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { maySkip, skip } from "../skips.ts";
import { nixCache } from "./cli.ts";
import { makeServer } from "./recorded/makeServer.ts";
import { plainMinio, type PlainMinio } from "./recorded/plainMinio.ts";
import { TestStack } from "./testStack.ts";
import { newFolder, theWorld } from "./world.ts";

/** The port in the states. They were recorded below those that systems give out by chance. */
const PORT = 19_473;

/**
 * What `pulumi stack export` gave of a stack that each commit's own code had just
 * deployed, with the real engine, on an empty MinIO at {@link PORT}; secrets are encrypted with the
 * passphrase of TestStack.
 */
const RECORDED = ["cbe71b6", "6d6c965"] as const;

for (const commit of RECORDED)
    describe(`a stack that was deployed by commit ${commit}`, function () {
        this.timeout(600_000);
        maySkip(this, "port");
        let stack: TestStack;
        let server: PlainMinio | undefined;

        before(async function () {
            server = await plainMinio(await theWorld(), PORT);
            if (server === undefined) return skip(this, "port");
            stack = await TestStack.open(
                "recorded",
                {
                    bucket: "recorded",
                    builders: ["recorded-one"],
                    protect: false,
                    "minio:minioSsl": false,
                    "minio:minioCacertFile": null,
                },
                server.minio,
            );
            const recorded = new URL(`../fixtures/deployedBy-${commit}.json.gz`, import.meta.url);
            const file = join(newFolder("recorded"), "state.json");
            writeFileSync(file, gunzipSync(readFileSync(recorded)));
            const { status, stderr } = await stack.cli("stack", "import", "--file", file);
            assert.equal(status, 0, stderr);
            await makeServer(stack);
        });
        after(() => server?.stop());

        it("is on the server as it was declared then", async () => {
            const { status, stdout } = await nixCache(stack, ["drift"]);
            assert.equal(status, 0, stdout);
        });

        it("sees no change", async () => {
            const { status, stdout, stderr } = await nixCache(stack, ["preview", "--json"]);
            const { planned, warnings } = JSON.parse(stdout) as { planned: string[]; warnings: string[] };
            assert.deepEqual(planned, [], stderr);
            assert.deepEqual(warnings, []);
            assert.equal(status, 0);
        });

        it("is quiet after the next update", async () => {
            const up = await nixCache(stack, ["up"]);
            assert.equal(up.status, 0, up.stderr);
            await stack.mustBeQuiet();
        });
    });
