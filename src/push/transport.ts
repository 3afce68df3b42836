import { CACHE_INFO_NAME } from "../cache/managedObjects.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, type Cache } from "../s3/bucket.ts";
import { mustBeWhole } from "../store/damage.ts";
import type { Missing } from "./missing.ts";
import { exportAndUpload } from "./fileTransport.ts";
import { copyTo } from "../store/nix.ts";
import type { Settings } from "./settings.ts";

/**
 * Brings what is missing into the cache, signed, and every narinfo after its
 * NAR and after the narinfos of what it refers to. Whoever calls looks
 * afterwards whether it is there.
 *
 * @param folder an empty folder for files on the way
 */
export async function transport(settings: Settings, missing: Missing, folder: string): Promise<void> {
    const name = settings.transport === "s3" && !settings.force && nixCanDoIt(missing) ? "s3" : "file";
    if (name === "s3") await copyToS3(settings, missing, folder);
    else await exportAndUpload(settings, missing, folder);
}

/**
 * Whether Nix's own copy to S3 does what is needed. It does not where a path
 * refers to one that is to be left out ("cannot add … because the reference …
 * is not valid"), nor where there is a narinfo already (its NAR is gone, or
 * its signature is by a key that hosts accept no more): such a path it skips,
 * as it does a NAR that is there, which is why a forced push is not its work.
 */
export function nixCanDoIt({ members, presence, elsewhere }: Missing): boolean {
    return members.every(
        ({ path, references }) =>
            presence.get(path)?.hasNarinfo !== true &&
            !references.some((reference) => elsewhere.has(reference)),
    );
}

/** `nix copy --to s3://…`, with caches of its own that are empty: Nix's memory of a cache outlives what it remembers. */
async function copyToS3(settings: Settings, { members }: Missing, folder: string): Promise<void> {
    const url = [
        settings.storeUri,
        `secret-key=${encodeURIComponent(settings.signingKeyFile)}`,
        "multipart-upload=true",
        ...(settings.compression === undefined ? [] : [`compression=${settings.compression}`]),
    ].join("&");
    const env = {
        AWS_SHARED_CREDENTIALS_FILE: settings.credentialsFile,
        XDG_CACHE_HOME: folder,
        ...caFile(settings, folder),
    };
    // Nix signs what its database says of a path, and uploads what its files are.
    await mustBeWhole(settings.nix, undefined, members);
    try {
        await copyTo(settings.nix, url, members, env);
    } catch (error) {
        // What the server cannot do at the moment is no fault of the path: ask it.
        await isWell(settings.cache);
        throw error;
    }
}

/** @throws ServerError when the server does not serve the builder */
export async function isWell(cache: Cache): Promise<void> {
    await ask(cache, "GET", CACHE_INFO_NAME, { kind: "own" });
}

function caFile({ ca }: Settings, folder: string): Record<string, string> {
    if (ca === undefined) return {};
    const file = join(folder, "certificates.pem");
    writeFileSync(file, ca);
    return { NIX_SSL_CERT_FILE: file };
}
