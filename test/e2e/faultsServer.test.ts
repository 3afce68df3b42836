import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startMinio, type Minio } from "../../sandbox/minio.ts";
import { filesOf, stopMinio } from "../../sandbox/minioProcess.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { newCertificate, servedCertificate } from "./faults/certificate.ts";
import { newFolder, newMinio, theWorld } from "./world.ts";

describe("a server whose certificate is not good", function () {
    this.timeout(1_800_000);
    let minio: Minio & { readonly dir: string };
    let certs: string;
    let s: Scene;
    let good: Record<string, Buffer>;

    before(async () => {
        minio = await newMinio((await theWorld()).tools);
        ({ certs } = filesOf(minio.dir));
        s = await Scene.open("certificate", {}, minio);
        good = Object.fromEntries(
            ["public.crt", "private.key"].map((name) => [name, readFileSync(join(certs, name))]),
        );
    });

    for (const [what, days, isTrusted, words] of [
        ["expired", -10, true, "its certificate has expired"],
        ["of another authority", 10, false, "its certificate is signed by no authority known here"],
    ] as const) {
        it(`(${what}) is said in one line by every command, and is no drift`, async () => {
            const { ca, certificate, key } = await newCertificate(days);
            const before = await servedCertificate(minio.address);
            writeFileSync(join(certs, "private.key"), key);
            writeFileSync(join(certs, "public.crt"), certificate);
            // MinIO takes up new certificates by itself.
            while ((await servedCertificate(minio.address)) === before) await sleep(50);
            const caFile = join(newFolder("ca"), "ca.crt");
            writeFileSync(caFile, ca);
            if (isTrusted) s.stack.configure({ "minio:minioCacertFile": caFile });

            for (const command of [["drift"], ["heal", "--yes"], ["up"], ["preview"]]) {
                const { status, stdout, stderr } = await nixCache(s.stack, command);
                assert.equal(status, 4, stdout + stderr);
                assert.match(stderr, new RegExp(`^nix-cache: https://\\S+ does not answer: ${words}.*\\n$`));
            }
        });
    }

    it("is as before once it is good again: nothing was changed or lost", async () => {
        for (const [name, content] of Object.entries(good)) writeFileSync(join(certs, name), content);
        await stopMinio(minio.dir);
        await startMinio({ binary: (await theWorld()).tools.minio, dir: minio.dir });
        s.stack.configure({ "minio:minioCacertFile": minio.caFile });
        const { status, stdout } = await nixCache(s.stack, ["up"]);
        assert.equal(status, 0);
        assert.doesNotMatch(stdout, /created|updated|replaced|deleted/);
        assert.equal((await nixCache(s.stack, ["drift"])).status, 0);
    });
});
