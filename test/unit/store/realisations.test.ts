import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { realisationsOf } from "../../../src/store/realisations.ts";

const APP = "/nix/store/00000000000000000000000000000000-app";
const LIB = "/nix/store/11111111111111111111111111111111-lib";
const DRV = "22222222222222222222222222222222-app.drv";
const hash = (digit: string) => `sha256:${digit.repeat(64)}`;

describe("what a store knows of content-addressed outputs", () => {
    let root: string;
    let file: string;
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "realisations-"));
        mkdirSync(join(root, "nix/var/nix/db"), { recursive: true });
        file = join(root, "nix/var/nix/db/db.sqlite");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    const fill = (sql: string) => {
        const database = new DatabaseSync(file);
        database.exec(sql);
        database.close();
    };
    const known = async () => await realisationsOf({ store: `local?root=${root}` }, [APP]);
    const PATHS = `create table ValidPaths (id integer primary key, path text);
        insert into ValidPaths values (1, '${APP}'), (2, '${LIB}');`;
    const HASHED = `create table Realisations (id integer primary key, drvPath text, outputName text, outputPath integer, signatures text);
        create table RealisationsRefs (referrer integer, realisationReference integer);`;

    it("is nothing where there is no database, and where the feature was never on", async () => {
        assert.deepEqual(await known(), { byPath: new Map() });
        fill(PATHS);
        assert.deepEqual(await known(), { byPath: new Map() });
    });

    it("is what Nix to 2.34 has written, with what it refers to", async () => {
        fill(`${PATHS}${HASHED}
            insert into Realisations values (1, '${hash("a")}', 'out', 1, 'k-1:AA== bad'), (2, '${hash("b")}', 'dev', 2, ''),
                (3, '${hash("c")}', '../x', 1, ''), (4, 'sha256:x', 'out', 1, '');
            insert into RealisationsRefs values (1, 2), (1, 1);`);
        const { byPath } = await known();
        assert.deepEqual(byPath.get(APP), [
            {
                id: `${hash("a")}!out`,
                outPath: APP,
                dependents: new Map([[`${hash("b")}!dev`, LIB]]),
                signatures: ["k-1:AA=="],
            },
        ]);
        assert.equal(byPath.size, 1);
    });

    it("is what Nix from 2.35 on has written, beside it or alone", async () => {
        fill(`create table BuildTraceV3 (id integer primary key, drvPath text, outputName text, outputPath text, signatures text);
            insert into BuildTraceV3 values (1, '${DRV}', 'out', '${APP}', ''), (2, '${DRV}', 'lib', '${LIB}', ''), (3, '../x', 'out', '${APP}', '');`);
        const trace = { drv: DRV, output: "out", outPath: APP, signatures: [] };
        assert.deepEqual([...(await known()).byPath], [[APP, [trace]]]);
        fill(`${PATHS}${HASHED} insert into Realisations values (1, '${hash("a")}', 'out', 1, null);`);
        assert.equal((await known()).byPath.get(APP)?.length, 2);
    });

    it("is said not to be readable where there is some", async () => {
        writeFileSync(file, "no database, and longer than the head of one is: ".repeat(100));
        assert.deepEqual(await known(), { byPath: new Map() });
        writeFileSync(join(root, "nix/var/nix/db/ca-schema"), "4");
        const { byPath, unreadable } = await known();
        assert.equal(byPath.size, 0);
        assert.match(unreadable?.message ?? "", /not a database/);
    });
});
