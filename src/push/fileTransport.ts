import { CACHE_INFO_NAME } from "../cache/managedObjects.ts";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { STORE_DIR } from "../cache/nar.ts";
import { formatNarinfo, parseNarinfo, type NarInfo } from "../cache/narinfo.ts";
import { mustAsk } from "../s3/bucket.ts";
import type { Member } from "../store/closure.ts";
import { mustBeWhole } from "../store/damage.ts";
import { etagOf } from "../s3/etag.ts";
import { copyTo } from "../store/nix.ts";
import { mapAtOnce } from "../system/pool.ts";
import { narFile } from "../content/presence.ts";
import type { Settings } from "./settings.ts";
import { baseName, narinfoKey } from "../cache/storePath.ts";
import type { Missing } from "./missing.ts";
import { PART_BYTES, uploadFile } from "../s3/upload.ts";

/** Content types as Nix itself uploads them. */
const NAR_TYPE = "application/x-nix-nar";
const NARINFO_TYPE = "text/x-nix-narinfo";

/** Bytes of NARs, without compression, that are on the disk at the same time; a larger path comes alone. */
const CHUNK_BYTES = 512 * 1024 * 1024;
const UPLOADS_AT_ONCE = 4;

/**
 * Lets Nix write signed NARs and narinfos into a folder, and uploads them as
 * the builder: NARs first, then narinfos in the order of the closure.
 *
 * Nix refuses to add a path to a cache that lacks one of its references. So
 * for those that need not be pushed there is a narinfo in the folder that says
 * as much as Nix asks for; it is never uploaded.
 */
export async function exportAndUpload(settings: Settings, missing: Missing, folder: string): Promise<void> {
    writeFileSync(join(folder, CACHE_INFO_NAME), `StoreDir: ${STORE_DIR}\n`);
    for (const other of missing.others) writeStub(folder, other);
    const parameters = [
        `secret-key=${encodeURIComponent(settings.signingKeyFile)}`,
        ...(settings.compression === undefined ? [] : [`compression=${settings.compression}`]),
    ];
    const url = `file://${folder}?${parameters.join("&")}`;
    for (const chunk of chunks(missing.members)) {
        await copyTo(settings.nix, url, chunk, { XDG_CACHE_HOME: join(folder, "nix") });
        // The very files that are uploaded, as hosts will read them.
        await mustBeWhole(settings.nix, url, chunk);
        const files = chunk.map(({ path }) => narinfoFile(folder, path));
        await mapAtOnce(files, UPLOADS_AT_ONCE, ({ info }) => putNar(settings, folder, info));
        for (const { key, text } of files) {
            await mustAsk(settings.cache, "PUT", key, {
                kind: "short",
                headers: { "Content-Type": NARINFO_TYPE },
                body: text,
            });
        }
        // The narinfos stay: later chunks refer to these paths.
        emptyFolder(join(folder, "nar"));
    }
}

/** Uploads a NAR unless it is there, with this content. */
async function putNar({ cache, force }: Settings, folder: string, info: NarInfo): Promise<void> {
    const file = join(folder, info.url);
    const { size } = statSync(file);
    const there = force ? undefined : await narFile(cache, info);
    if (there?.size === size && there.etag === (await etagOf(file, size, PART_BYTES))) return;
    await uploadFile(cache, info.url, file, NAR_TYPE);
}

/** Cuts a closure into pieces, its order kept, none with more bytes than that unless it is one path. */
export function chunks(members: readonly Member[], bytes = CHUNK_BYTES): Member[][] {
    const all: Member[][] = [];
    let sum = Infinity;
    for (const member of members) {
        if (sum + member.narSize > bytes) {
            all.push([]);
            sum = 0;
        }
        all.at(-1)?.push(member);
        sum += member.narSize;
    }
    return all;
}

function narinfoFile(folder: string, path: string): { key: string; text: string; info: NarInfo } {
    const key = narinfoKey(path);
    const text = readFileSync(join(folder, key), "utf8");
    return { key, text, info: parseNarinfo(text) };
}

function writeStub(folder: string, { path, references, narSize }: Member): void {
    const stub = formatNarinfo({
        storePath: path,
        url: "nar/not-here.nar",
        compression: "none",
        narHash: `sha256:${"0".repeat(52)}`,
        narSize: Math.max(narSize, 1),
        references: references.map(baseName),
        signatures: [],
    });
    writeFileSync(join(folder, narinfoKey(path)), stub);
}

function emptyFolder(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
}
