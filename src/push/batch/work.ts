import { renewPath } from "../../content/renewPath.ts";
import type { Cache } from "../../s3/bucket.ts";
import type { Member } from "../../store/closure.ts";
import type { Memory } from "../memory.ts";
import type { Settings } from "../settings.ts";
import { Beside } from "./beside.ts";
import type { Step } from "./graph.ts";
import type { Outcome, PushEvent } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import { listingsOf, uploadNar, uploadNarinfo, type Upload, type Uploaded } from "./upload.ts";

/** Does the steps of a plan, and knows what they came to. */
export class Work {
    private readonly upload: Upload;
    private readonly plan: Plan;
    private readonly tell: (event: PushEvent) => void;
    private readonly beside: Beside;
    private readonly uploaded = new Map<string, Uploaded>();
    private readonly renewed = new Map<string, number>();

    /** @param onProgress told of each NAR. Default: nobody is */
    constructor(
        settings: Settings,
        cache: Cache,
        plan: Plan,
        onProgress: (event: PushEvent) => void = () => undefined,
    ) {
        this.upload = { ...settings, cache, listings: listingsOf(cache) };
        this.plan = plan;
        this.tell = onProgress;
        this.beside = new Beside(cache, settings, plan, onProgress);
    }

    /** Does one step. @throws as uploadNar, uploadNarinfo and renewPath do */
    async do({ member, what }: Step): Promise<void> {
        const { path } = member;
        const life = this.plan.life.get(path);
        // Of another cache.
        if (life === undefined) return;
        const presence = this.plan.missing.get(path);
        const found = this.plan.there.get(path);
        if (presence === undefined) {
            if (found === undefined) return;
            const beside = await this.beside.renew(member, life);
            this.renewed.set(path, beside + (await renewPath(this.upload.cache, found, life)));
            await this.beside.sendAfter(member, false);
        } else if (what === "nar") {
            const nar = await uploadNar(this.upload, member, presence, life);
            await this.beside.sendBefore(member, nar.url);
            this.uploaded.set(path, nar);
            this.tell({ kind: "nar", path, bytes: member.narSize, sent: nar.sent ? nar.fileSize : 0 });
        } else {
            const nar = this.uploaded.get(path);
            if (nar === undefined) throw new Error(`${path} has no NAR yet`);
            await uploadNarinfo(this.upload, member, nar, presence);
            await this.beside.sendAfter(member, true);
        }
    }

    /** What became of a path whose steps, and those of all that it refers to, are done. @param share what it brought */
    outcome(share: readonly Member[]): Outcome {
        const count = { uploaded: 0, elsewhere: 0, renewed: 0 };
        for (const { path } of share) {
            const nar = this.uploaded.get(path);
            if (nar !== undefined) count.uploaded++;
            if (this.plan.elsewhere.has(path)) count.elsewhere++;
            count.renewed += (this.renewed.get(path) ?? 0) + Number(nar?.renewed === true);
        }
        return { kind: "pushed", closure: share.length, ...count };
    }

    /** Remembers what is in the cache now, when all is done. */
    remember(memory: Memory): void {
        const { fresh, isFreshKnown, there } = this.plan;
        // What was renewed has another end than was seen.
        for (const [path, found] of there) if ((this.renewed.get(path) ?? 0) === 0) memory.add(found);
        if (!isFreshKnown) return;
        for (const [path, { url }] of this.uploaded)
            memory.add({ path, url, narinfoUntil: fresh, narUntil: fresh });
    }
}
