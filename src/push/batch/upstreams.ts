import { parseNarinfo } from "../../cache/narinfo.ts";
import { ServerError } from "../../cache/serverError.ts";
import { narinfoKey } from "../../cache/storePath.ts";
import { withConnections } from "../../s3/bucket.ts";
import { send } from "../../s3/request.ts";
import { forEachAtOnce } from "../../system/pool.ts";

/** Another cache keeps what it has for long; what it lacks, it may have soon. */
const REMEMBER_MS = { there: 60 * 60_000, absent: 5 * 60_000 };

/** Answers that are remembered; the oldest are forgotten first. */
const MOST = 50_000;

const QUESTIONS_AT_ONCE = 16;

/** Milliseconds without an answer after which an upstream is not asked any more in this batch. */
const PATIENCE_MS = 5_000;

/** What other caches have, asked as hosts ask: for narinfos. */
export class Upstreams {
    private readonly urls: readonly string[];
    private readonly known = new Map<string, { readonly has: boolean; readonly at: number }>();

    /** @param urls as in Nix's setting `substituters`, with http or https */
    constructor(urls: readonly string[]) {
        this.urls = urls.map((url) => url.replace(/\/+$/, ""));
    }

    /**
     * Which of these paths one of the caches has. One that does not answer has
     * nothing: what it may have is pushed once too often, and nothing waits for it.
     */
    async have(paths: readonly string[], now = Date.now()): Promise<ReadonlySet<string>> {
        const found = new Set<string>();
        for (const url of this.urls) {
            const wanted = paths.filter((path) => !found.has(path));
            const unknown = wanted.filter((path) => {
                const answer = this.known.get(`${url} ${path}`);
                const isOld =
                    answer === undefined ||
                    now - answer.at > (answer.has ? REMEMBER_MS.there : REMEMBER_MS.absent);
                if (!isOld && answer.has) found.add(path);
                return isOld;
            });
            await this.ask(url, unknown, found, now);
        }
        return found;
    }

    private async ask(url: string, paths: readonly string[], found: Set<string>, now: number): Promise<void> {
        if (paths.length === 0) return;
        const { origin, pathname } = new URL(url);
        const folder = pathname.replace(/\/$/, "");
        const cache = { connection: { url: origin, timeoutMs: PATIENCE_MS }, bucket: "" };
        try {
            await withConnections(cache, ({ connection }) =>
                forEachAtOnce(paths, QUESTIONS_AT_ONCE, async (path) => {
                    const answer = await send(connection, {
                        method: "GET",
                        path: `${folder}/${narinfoKey(path)}`,
                        kind: "narinfo",
                    });
                    const has = answer.status === 200 && isOf(path, answer.body.toString("utf8"));
                    if (has) found.add(path);
                    if (has || answer.status === 404 || answer.status === 403)
                        this.remember(`${url} ${path}`, has, now);
                }),
            );
        } catch (error) {
            if (!(error instanceof ServerError)) throw error;
        }
    }

    private remember(key: string, has: boolean, at: number): void {
        this.known.delete(key);
        this.known.set(key, { has, at });
        const [oldest] = this.known.keys();
        if (this.known.size > MOST && oldest !== undefined) this.known.delete(oldest);
    }
}

/** A page of a proxy, or of a portal that wants a login, is no narinfo. */
function isOf(path: string, text: string): boolean {
    try {
        return parseNarinfo(text).storePath === path;
    } catch {
        return false;
    }
}
