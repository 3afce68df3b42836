import { mapAtOnce } from "../system/pool.ts";
import type { Cache } from "./bucket.ts";
import { listPage, type PageObject } from "./listPage.ts";

/**
 * A page of a listing takes as long as so many questions for one object each
 * (70 ms, and 0.6 ms, of MinIO with TLS on two cores).
 */
const WORTH_A_PAGE = 120;

/** Names that a full page has of what is asked for; beside a narinfo there is mostly the listing of its files. */
const OF_A_PAGE = { inRoot: 500, inFolder: 1000 } as const;

/** A page is mostly the server's work, which other processor cores do meanwhile. */
const RUNS_AT_ONCE = 2;

/** What pages of a listing say of some names. */
export interface Listed {
    /** Names of which they say something; undefined: there is no such object. */
    readonly known: ReadonlyMap<string, PageObject | undefined>;
    /** The other names, which are to be asked for one by one. */
    readonly rest: readonly string[];
}

/**
 * Looks for names in pages of a listing, as long as each page answers for many of
 * them. In a large bucket a few names are far from one another, and no page is
 * worth its time; in a small one all are in a page. Where one page cannot have all
 * names, two runs of pages are under way at the same time.
 *
 * @param prefix a folder, `nar/`; or nothing, for what is in none
 * @param keys names in that folder, of ASCII
 */
export async function listed(cache: Cache, prefix: string, keys: Iterable<string>): Promise<Listed> {
    // For ASCII that is the order of a listing.
    const wanted = [...new Set(keys)].sort();
    const known = new Map<string, PageObject | undefined>();
    let isWorth = true;
    const rests = await mapAtOnce(runs(wanted, prefix), RUNS_AT_ONCE, async (run) => {
        let next = 0;
        while (isWorth && run.length - next >= WORTH_A_PAGE) {
            const page = await listPage(cache, prefix, run[next] ?? "");
            const begun = next;
            for (; page !== undefined && next < run.length; next++) {
                const key = run[next] ?? "";
                if (page.last !== undefined && key > page.last) break;
                known.set(key, page.objects.get(key));
            }
            isWorth &&= next - begun >= WORTH_A_PAGE;
        }
        return run.slice(next);
    });
    return { known, rest: rests.flat() };
}

/** The names in parts of the same size, each about as many as a page has. */
function runs(wanted: readonly string[], prefix: string): string[][] {
    const ofAPage = prefix === "" ? OF_A_PAGE.inRoot : OF_A_PAGE.inFolder;
    const count = Math.max(1, Math.round(wanted.length / ofAPage));
    const size = Math.ceil(wanted.length / count);
    return Array.from({ length: count }, (_, run) => wanted.slice(run * size, (run + 1) * size));
}
