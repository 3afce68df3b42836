import { pathOf } from "./importing.ts";
import { nixSha256, serialiseNar } from "../src/cache/nar.ts";
import { formatNarinfo, signNarinfo } from "../src/cache/narinfo.ts";
import { narUrlOf } from "../src/cache/narUrl.ts";
import { baseName, narinfoKey } from "../src/cache/storePath.ts";
import { withConnections, type Cache } from "../src/s3/bucket.ts";
import { put } from "../src/s3/put.ts";
import { forEachAtOnce } from "../src/system/pool.ts";
import type { Aged } from "./sizes.ts";

/** Past half of the days that the bench's bucket keeps narinfos. */
const OLD_DAYS = 20;
/** What each path refers to, but for the last ones. */
const REFERENCES = 8;
const AT_ONCE = 32;

/**
 * Fills a bucket with a closure as pushes would, with checksums, and as if that
 * were {@link OLD_DAYS} days ago.
 *
 * @param secretKey signs the narinfos
 * @returns the path that refers to all others, directly or by others
 */
export async function fillOld(bucket: Cache, { paths, bytes }: Aged, secretKey: string): Promise<string> {
    const modified = new Date(Date.now() - OLD_DAYS * 86_400_000);
    modified.setMilliseconds(0);
    const name = (number: number) => pathOf(`renewed-${number}`);
    await withConnections(bucket, (cache) =>
        forEachAtOnce(Array(paths).keys(), AT_ONCE, async (number) => {
            const path = name(number);
            const nar = serialiseNar({ type: "regular", contents: path.padEnd(bytes, "\n") });
            const narHash = nixSha256(nar);
            const references = Array.from({ length: REFERENCES }, (_, n) => number * REFERENCES + n + 1);
            const info = {
                storePath: path,
                url: narUrlOf(narHash, "none"),
                compression: "none",
                narHash,
                narSize: nar.length,
                references: references.filter((one) => one < paths).map((one) => baseName(name(one))),
                signatures: [],
            };
            await put(cache, info.url, nar, {
                contentType: "application/x-nix-nar",
                replace: true,
                modified,
            });
            const text = formatNarinfo(signNarinfo(info, secretKey));
            await put(cache, narinfoKey(path), text, {
                contentType: "text/x-nix-narinfo",
                replace: true,
                modified,
            });
        }),
    );
    return name(0);
}
