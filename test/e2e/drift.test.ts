import { ACCESS } from "./byHand/access.ts";
import { BUCKETS } from "./byHand/bucket.ts";
import { BUILDERS } from "./byHand/builders.ts";
import { rounds } from "./byHand/change.ts";
import { CONTENT } from "./byHand/content.ts";
import { EXPIRY } from "./byHand/expiry.ts";
import { seenAndHealed } from "./byHand/healed.ts";
import { POLICIES } from "./byHand/policies.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { newMinio, theWorld } from "./world.ts";

/** All with one stack: a change that was not healed to the last is seen in the next. */
const CHANGES = rounds([ACCESS, CONTENT, EXPIRY, BUILDERS, POLICIES, BUCKETS]);

describe("a change by hand is seen in the right words, and healed with the same keys, secrets and objects", function () {
    this.timeout(1_800_000);
    let scene: Scene;
    const seconds: [string, number][] = [];

    before(async () => {
        const { tools } = await theWorld();
        // Without a key MinIO takes no default encryption, and without a target no notification.
        const minio = await newMinio(tools, {
            MINIO_KMS_SECRET_KEY: "test:" + Buffer.alloc(32, "k").toString("base64"),
            MINIO_NOTIFY_WEBHOOK_ENABLE_test: "on",
            MINIO_NOTIFY_WEBHOOK_ENDPOINT_test: "http://127.0.0.1:9/",
        });
        scene = await Scene.open("healed", {}, minio);
    });

    for (const change of CHANGES) {
        it(change.name, async () => {
            const start = Date.now();
            await seenAndHealed(scene, change);
            seconds.push([change.name, (Date.now() - start) / 1000]);
        });
    }

    // What one change leaves broken must not fail the next ones too.
    afterEach(async function () {
        if (this.currentTest?.state === "failed") await nixCache(scene.stack, ["heal", "--yes"]);
    });

    after(() => {
        for (const [name, time] of seconds) console.log(`      ${time.toFixed(1).padStart(5)} s  ${name}`);
    });
});
