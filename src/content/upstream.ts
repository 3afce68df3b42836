import type { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { parseNarinfo } from "../cache/narinfo.ts";
import { shown } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";
import { send } from "../s3/request.ts";
import { plainHttp } from "../system/plainHttp.ts";
import { ServerError, TooLarge } from "../cache/serverError.ts";
import { Remembered } from "./remembered.ts";

/** The cache that every Nix has beside this one. */
export const DEFAULT_UPSTREAMS = ["https://cache.nixos.org"] as const;

/** Answers that are none, in a row, after which a cache is asked no more: without internet each costs seconds. */
const ENOUGH = 2;

/** What other caches say of a path: it is there; none has it; or one that may have it could not be asked. */
export type Elsewhere = "there" | "nowhere" | "unknown";

/** Other caches that hosts have, asked over http. */
export class Upstreams {
    /** Without a slash at the end. */
    readonly urls: readonly string[];
    private readonly answers = new Remembered<Promise<Elsewhere>>();
    private readonly agents: readonly (HttpAgent | HttpsAgent)[];
    private readonly silent: number[];
    /** Why caches could not be asked, by their URLs. */
    readonly away = new Map<string, string>();

    /**
     * @param ca in PEM, for those whose authority is private. Default: Node's own
     * @throws UsageError for what is no http or https URL
     */
    constructor(urls: readonly string[], ca: string | undefined) {
        this.urls = urls.map(checked);
        this.silent = urls.map(() => 0);
        // As Nix does, through the proxy that the environment names.
        const kept = { keepAlive: true, maxSockets: 16, proxyEnv: process.env };
        this.agents = this.urls.map((url) =>
            url.startsWith("https:")
                ? new HttpsAgent({ ...kept, ...(ca === undefined ? {} : { ca }) })
                : new (plainHttp().Agent)(kept),
        );
    }

    /** @param name what stands after `/nix/store/` */
    has(name: string): Promise<Elsewhere> {
        return Remembered.of(this.answers, name, async () => {
            let answer: Elsewhere = "nowhere";
            for (const [index, url] of this.urls.entries()) {
                const one = await this.ask(index, url, name);
                if (one === "there") return one;
                if (one === "unknown") answer = one;
            }
            return answer;
        });
    }

    close(): void {
        this.agents.forEach((agent) => agent.destroy());
    }

    private async ask(index: number, url: string, name: string): Promise<Elsewhere> {
        const agent = this.agents[index];
        if (agent === undefined || (this.silent[index] ?? 0) >= ENOUGH) return "unknown";
        const path = `${new URL(url).pathname.replace(/\/$/, "")}/${name.slice(0, 32)}.narinfo`;
        try {
            const { status, body } = await send({ url, agent }, { method: "GET", path, kind: "narinfo" });
            // Nix takes 403 for a miss, too.
            if (status === 404 || status === 403) return this.answered(index, "nowhere");
            if (status !== 200) throw new ServerError(`${url} answers ${status}`);
            return this.answered(index, isOf(body.toString("utf8"), name) ? "there" : "nowhere");
        } catch (error) {
            if (error instanceof TooLarge) return this.answered(index, "nowhere");
            if (!(error instanceof ServerError)) throw error;
            this.silent[index] = (this.silent[index] ?? 0) + 1;
            this.away.set(url, error.message);
            return "unknown";
        }
    }

    private answered(index: number, answer: Elsewhere): Elsewhere {
        this.silent[index] = 0;
        return answer;
    }
}

function isOf(text: string, name: string): boolean {
    try {
        return parseNarinfo(text).storePath === `/nix/store/${name}`;
    } catch {
        return false;
    }
}

function checked(given: string): string {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url !== undefined && ["http:", "https:"].includes(url.protocol) && url.search === "")
        return given.replace(/\/+$/, "");
    throw new UsageError(
        `--upstream is ${shown(given)}; it must be the http or https URL of a binary cache, or '' for none`,
    );
}
