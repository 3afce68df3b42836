import { debugLinkKeys } from "../cache/besideNames.ts";
import { formatDebugLink } from "../cache/besideTarget.ts";
import type { Cache } from "../s3/bucket.ts";
import { put } from "../s3/put.ts";
import type { DebugFile } from "../store/debugFiles.ts";
import { forEachAtOnce } from "../system/pool.ts";

const AT_ONCE = 16;

/**
 * Writes where the debug information of each build ID is. A link that is there is
 * replaced: the NAR that it names may be gone, and a new one lasts as long as its NAR.
 *
 * @param url object name of the NAR that they are in
 * @throws ServerError or PathError, as `ask` does
 */
export async function putDebugLinks(cache: Cache, files: readonly DebugFile[], url: string): Promise<void> {
    const links = files.flatMap(({ buildId, member }) =>
        debugLinkKeys(buildId).map((key) => ({ key, text: formatDebugLink({ url, member }) })),
    );
    await forEachAtOnce(links, AT_ONCE, async ({ key, text }) => {
        await put(cache, key, text, { contentType: "application/json", replace: true });
    });
}
