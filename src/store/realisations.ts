import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DatabaseSync } from "node:sqlite";
import type { Realisation } from "../cache/realisation.ts";
import { isStorePath } from "../cache/storePath.ts";
import { loadSqlite } from "../system/kernelLock.ts";
import type { Nix } from "./nix.ts";
import { storeFolders } from "./storePlace.ts";

/** What a store knows of outputs of content-addressed derivations. */
export interface Realisations {
    /** By full store path of the output. */
    readonly byPath: ReadonlyMap<string, readonly Realisation[]>;
    /** Why they cannot be had, where the store has some. Default: nothing is wrong. */
    readonly unreadable?: Error;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Of which derivations some paths are outputs, as the store's database says it.
 * `nix realisation info` must be given the derivation, and a path's deriver is not
 * the one that users know: theirs is resolved first, and forgotten.
 *
 * Source: `ca-specific-schema.sql`: tables Realisations and RealisationsRefs to
 * 2.34, BuildTraceV3 from 2.35 on. Each version of Nix leaves the others' tables alone.
 *
 * @param paths full store paths
 */
export async function realisationsOf(nix: Nix, paths: readonly string[]): Promise<Realisations> {
    const byPath = new Map<string, Realisation[]>();
    const state = storeFolders(nix)?.state;
    const file = join(state ?? "", "db", "db.sqlite");
    if (paths.length === 0 || state === undefined || !existsSync(file)) return { byPath };
    try {
        const database = await openToRead(file);
        try {
            for (const one of [...hashed(database, paths), ...traced(database, paths)])
                byPath.set(one.outPath, [...(byPath.get(one.outPath) ?? []), one]);
        } finally {
            database.close();
        }
        return { byPath };
    } catch (error) {
        // It is there since the first start of a Nix that had the feature on.
        const isUsed = error instanceof Error && existsSync(join(state, "db", "ca-schema"));
        return isUsed ? { byPath, unreadable: error } : { byPath };
    }
}

/** Where nobody has it open, and this user may not make the files beside it, it is read as one that does not change. */
async function openToRead(file: string): Promise<DatabaseSync> {
    const { DatabaseSync } = await loadSqlite();
    const open = (immutable: boolean) => {
        const url = pathToFileURL(file);
        url.searchParams.set("mode", "ro");
        if (immutable) url.searchParams.set("immutable", "1");
        const database = new DatabaseSync(url, { readOnly: true });
        try {
            // It opens no file before.
            database.prepare("select count(*) from sqlite_master").get();
            return database;
        } catch (error) {
            database.close();
            throw error;
        }
    };
    try {
        return open(false);
    } catch (error) {
        if (existsSync(`${file}-wal`)) throw error;
        return open(true);
    }
}

function* hashed(database: DatabaseSync, paths: readonly string[]): Generator<Realisation> {
    if (!hasTable(database, "Realisations") || !hasTable(database, "RealisationsRefs")) return;
    const rows = database
        .prepare(
            `select r.id as row, r.drvPath as drv, r.outputName as output, v.path as path, r.signatures as signatures
             from Realisations r join ValidPaths v on v.id = r.outputPath
             where v.path in (select value from json_each(?)) order by r.id`,
        )
        .all(JSON.stringify(paths));
    const references = database.prepare(
        `select r.drvPath as drv, r.outputName as output, v.path as path
         from RealisationsRefs x join Realisations r on r.id = x.realisationReference
         join ValidPaths v on v.id = r.outputPath where x.referrer = ?`,
    );
    for (const row of rows) {
        const id = idOf(row);
        if (id === undefined) continue;
        const dependents = references.all(Number(row.row)).flatMap((other): [string, string][] => {
            const of = idOf(other);
            return of === undefined || of === id ? [] : [[of, text(other, "path")]];
        });
        yield {
            id,
            outPath: text(row, "path"),
            dependents: new Map(dependents),
            signatures: signaturesOf(row),
        };
    }
}

function* traced(database: DatabaseSync, paths: readonly string[]): Generator<Realisation> {
    if (!hasTable(database, "BuildTraceV3")) return;
    const rows = database
        .prepare(
            `select drvPath as drv, outputName as output, outputPath as path, signatures from BuildTraceV3
             where outputPath in (select value from json_each(?)) order by id`,
        )
        .all(JSON.stringify(paths));
    for (const row of rows) {
        const [drv, output] = [text(row, "drv"), text(row, "output")];
        if (isStorePath(`/nix/store/${drv}`) && isOutputName(output))
            yield { drv, output, outPath: text(row, "path"), signatures: signaturesOf(row) };
    }
}

function hasTable(database: DatabaseSync, name: string): boolean {
    return (
        database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(name) !==
        undefined
    );
}

/** Undefined where it would be no object's name. */
function idOf(row: Row): string | undefined {
    const [drv, output] = [text(row, "drv"), text(row, "output")];
    return /^sha256:[0-9a-f]{64}$/.test(drv) && isOutputName(output) ? `${drv}!${output}` : undefined;
}

function isOutputName(name: string): boolean {
    return /^[0-9A-Za-z+\-_?=][0-9A-Za-z+\-._?=]*$/.test(name);
}

function signaturesOf(row: Row): string[] {
    return text(row, "signatures")
        .split(" ")
        .filter((one) => /^[^\s:]+:\S+$/.test(one));
}

function text(row: Row, name: string): string {
    const value = row[name];
    return typeof value === "string" ? value : "";
}
