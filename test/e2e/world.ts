import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle } from "../../sandbox/certificates.ts";
import { startMinio, type Minio } from "../../sandbox/minio.ts";
import { stopMinio } from "../../sandbox/minioProcess.ts";
import { makePulumiHome } from "../../toolchain/pulumiHome.ts";
import { sayOn } from "../../src/system/progress.ts";
import { ensureTools, type Tools } from "../../toolchain/tools.ts";
import { leaveNothing } from "./leftovers.ts";

/** What all end-to-end tests of a run share: the tools, one MinIO, one PULUMI_HOME and one temporary folder. */
export interface World {
    readonly tools: Tools;
    readonly minio: Minio;
    readonly pulumiHome: string;
    /** File with the system's certificates and MinIO's CA. */
    readonly bundle: string;
}

const servers: string[] = [];
let folder: string | undefined;
let world: Promise<World> | undefined;

/** Made at first use, so that a run of unit tests starts nothing. The first time it may build tools for minutes. */
export function theWorld(): Promise<World> {
    world ??= makeWorld();
    return world;
}

/** A new empty folder for one test's files. It goes with the run, however that ends. */
export function newFolder(name: string): string {
    if (folder === undefined) {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-test-"));
        process.once("exit", end);
    }
    return mkdtempSync(join(folder, `${name}-`));
}

/** Another MinIO, for tests that stop it. The run ends it at the latest. */
export async function newMinio(
    tools: Tools,
    env: Readonly<Record<string, string>> = {},
): Promise<Minio & { readonly dir: string }> {
    const dir = newFolder("minio");
    servers.push(dir);
    return { ...(await startMinio({ binary: tools.minio, dir, env })), dir };
}

async function makeWorld(): Promise<World> {
    const tools = await ensureTools(sayOn(process.stdout));
    const minio = await newMinio(tools);
    const pulumiHome = newFolder("pulumi-home");
    makePulumiHome(pulumiHome, tools);
    const bundle = join(newFolder("certificates"), "bundle.crt");
    writeBundle(bundle, minio.connection.ca);
    return { tools, minio, pulumiHome, bundle };
}

function end(): void {
    if (folder !== undefined) leaveNothing(folder);
}

// For the whole run, since the files of tests that import this share it.
after(async function () {
    // What a hundred pushes have left is removed file by file.
    this.timeout(600_000);
    await Promise.all(servers.map(stopMinio));
    end();
});
