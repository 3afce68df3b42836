import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { yearPlot } from "../../bench/yearPlot.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { nixOrFail, removeStore, storeUrl } from "../../sandbox/nixCommand.ts";
import type { Cache } from "../../src/s3/bucket.ts";
import { withConnections } from "../../src/s3/bucket.ts";
import { maySkip, skip } from "../skips.ts";
import { Bucket, builder } from "./objects.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";
import { Model, type Root, type Size } from "./year/model.ts";
import { OldBucket } from "./year/oldBucket.ts";
import { live, type Day, type Life } from "./year/year.ts";

const BUCKET = "year";
const isLong = process.env.NIX_CACHE_TEST_LONG === "1";
const YEAR: Size = {
    days: 366,
    hosts: 10,
    roots: 5,
    libraries: 20,
    programs: 36,
    off: [100, 160],
    unrenewed: [220, 226],
};
const WEEKS: Size = {
    days: 48,
    hosts: 3,
    roots: 3,
    libraries: 6,
    programs: 8,
    off: [4, 46],
    unrenewed: [18, 24],
};

describe(`a simulated ${isLong ? "year" : "seven weeks"}, 30 days of expiry`, function () {
    maySkip(this, "nix");
    this.timeout(isLong ? 6 * 3_600_000 : 1_800_000);
    const size = isLong ? YEAR : WEEKS;
    let stack: TestStack;
    let common: Omit<Life, "bucket" | "cache" | "renews">;
    let nixConf: string;

    before(async () => {
        stack = await TestStack.open(BUCKET, { bucket: BUCKET, builders: ["year-builder"] });
        await stack.up();
        const outputs = (await stack.outputs()) as {
            secretKey: string;
            nixConf: string;
            hostConfig: { trustedPublicKeys: string[] };
        };
        ({ nixConf } = outputs);
        const { trustedPublicKeys } = outputs.hostConfig;
        common = { model: new Model(size), secretKey: outputs.secretKey, trustedPublicKeys };
    });

    /** Lives through it in a bucket. @param as who pushes and renews */
    const days = async (
        bucket: string,
        as: Cache["connection"],
        rest: Pick<Life, "renews" | "onMorning">,
    ) => {
        const found: Day[] = [];
        await withConnections({ connection: stack.minio.connection, bucket }, (admin) =>
            withConnections({ connection: as, bucket }, async (cache) => {
                const old = new OldBucket(admin, size.days - 1, 30, 7);
                for await (const day of live({ ...common, ...rest, cache, bucket: old })) found.push(day);
            }),
        );
        return found;
    };
    /** Real Nix, without credentials and with an empty store, substitutes roots with all that they refer to. */
    const substitute = async (roots: readonly Root[]) => {
        const { nix = "" } = stack.world.tools;
        const dir = newFolder("month");
        try {
            const store = ["--store", storeUrl(join(dir, "store"))];
            const paths = roots.map(({ made }) => made.path);
            const sandbox = { nix, bundle: stack.world.bundle, dir };
            const got = await nixOrFail(sandbox, "nix-store", [...store, "--realise", ...paths], nixConf);
            assert.deepEqual(got.trim().split("\n"), paths);
        } finally {
            removeStore(dir);
        }
    };

    it("loses nothing alive where it is renewed, lets go what is dead, and loses much where it is not", async function () {
        if (stack.world.tools.nix === undefined) skip(this, "nix");
        const without = "year-without";
        const other = new Bucket(stack.minio.connection, without);
        assert.equal(await other.status("PUT", ""), 200);
        let months = 0;
        const [renewed, left] = await Promise.all([
            days(BUCKET, await builder(stack, "year-builder"), {
                renews: true,
                onMorning: async (day, alive) => {
                    if (day % 30 !== 29) return;
                    // Of a host that is off for long, of one that changes seldom, and of one more.
                    const names = ["host-0.0", `host-1.${size.roots - 1}`, "host-2.1"];
                    await substitute(alive.filter(({ name }) => names.includes(name)));
                    months += 1;
                },
            }),
            days(without, stack.minio.connection, { renews: false }),
        ]);
        if (isLong) {
            const monthly = (all: readonly Day[]) => all.filter(({ day }) => day % 30 === 0);
            const figures = { size, renewed: monthly(renewed), left: monthly(left) };
            writeFileSync(join(projectDir, "docs", "year.json"), `${JSON.stringify(figures, null, 1)}\n`);
            writeFileSync(join(projectDir, "docs", "year.svg"), yearPlot(size, renewed, left));
        }
        assert.equal(renewed.length, size.days);
        assert.deepEqual(
            renewed.filter(({ missing, overdue }) => missing > 0 || overdue > 0),
            [],
        );
        assert.equal(months, Math.floor(size.days / 30));
        assert.ok((renewed.at(-1)?.bytes ?? 0) > (renewed.at(-1)?.aliveBytes ?? 0));
        assert.ok(
            left.some(({ missing }) => missing > 0),
            "without renewing, something is lost",
        );
        assert.ok(left.every(({ overdue }) => overdue === 0));
    });
});
