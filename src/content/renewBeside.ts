import { BESIDE } from "../cache/besideNames.ts";
import type { Cache } from "../s3/bucket.ts";
import { listed } from "../s3/listed.ts";
import { renewIfThere } from "../s3/renew.ts";

/** Renews objects that may be there beside paths, each once: several paths may be of one build. */
export class RenewBeside {
    private readonly cache: Cache;
    private readonly all: readonly string[];
    private readonly done = new Set<string>();
    private absent: Promise<ReadonlySet<string>> | undefined;

    /** @param all names that may come: of many, a listing says which are there */
    constructor(cache: Cache, all: readonly string[]) {
        this.cache = cache;
        this.all = all;
    }

    /**
     * Renews those of these that are there.
     *
     * @returns how many
     * @throws ServerError as `ask` does
     */
    async renew(keys: readonly string[]): Promise<number> {
        this.absent ??= this.lookFor();
        const absent = await this.absent;
        let renewed = 0;
        for (const key of keys) {
            if (absent.has(key) || this.done.has(key)) continue;
            this.done.add(key);
            renewed += Number(await renewIfThere(this.cache, key));
        }
        return renewed;
    }

    private async lookFor(): Promise<ReadonlySet<string>> {
        const absent = new Set<string>();
        // Build traces are in folders of their own, which a page does not show.
        for (const folder of [BESIDE.logs, BESIDE.debugInfo, BESIDE.realisations]) {
            const keys = this.all.filter((key) => key.startsWith(folder));
            const { known } = await listed(this.cache, folder, keys);
            for (const [key, object] of known) if (object === undefined) absent.add(key);
        }
        return absent;
    }
}
