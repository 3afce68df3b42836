import { debugLinkKeys, logKey } from "../../cache/besideNames.ts";
import { realisationKey } from "../../cache/realisation.ts";
import type { Life } from "../../content/lives.ts";
import { putBuildLog } from "../../content/putBuildLog.ts";
import { putDebugLinks } from "../../content/putDebugLinks.ts";
import { putRealisations } from "../../content/putRealisations.ts";
import { RenewBeside } from "../../content/renewBeside.ts";
import type { Cache } from "../../s3/bucket.ts";
import type { Member } from "../../store/closure.ts";
import { debugFiles, type DebugFile } from "../../store/debugFiles.ts";
import { oneLine } from "../../store/outage.ts";
import { realisationsOf, type Realisations } from "../../store/realisations.ts";
import { placeOf } from "../../store/storePlace.ts";
import type { Settings } from "../settings.ts";
import type { PushEvent } from "./outcome.ts";
import type { Plan } from "./plan.ts";

type How = Pick<Settings, "nix" | "buildLogs" | "debugInfo" | "signingKey" | "otherSigningKeys">;

/** Sends, and renews, what is beside the paths of a batch: logs of builds, links to debug information, build traces. */
export class Beside {
    private readonly cache: Cache;
    private readonly settings: How;
    private readonly plan: Pick<Plan, "order" | "life">;
    private readonly tell: (event: PushEvent) => void;
    private renewal: Promise<RenewBeside> | undefined;
    private known: Promise<Realisations["byPath"]> | undefined;
    /** Derivations whose logs were looked at: several paths may be of one. */
    private readonly derivers = new Set<string>();

    constructor(
        cache: Cache,
        settings: How,
        plan: Pick<Plan, "order" | "life">,
        tell: (event: PushEvent) => void,
    ) {
        this.cache = cache;
        this.settings = settings;
        this.plan = plan;
        this.tell = tell;
    }

    /**
     * Sends what is to be there before a path is visible.
     *
     * @param url object name of its NAR
     * @throws ServerError when the server does not answer, or refuses; PathError when it refuses a link to debug information
     */
    async sendBefore(member: Member, url: string): Promise<void> {
        await this.sendLog(member);
        await putDebugLinks(this.cache, this.debugFiles(member), url);
    }

    /**
     * Sends what tells hosts that they can get a path, when it is visible.
     *
     * @param isNew false leaves what is there: the path was there too
     * @throws ServerError when the server does not answer, or refuses; PathError when it refuses one of them
     */
    async sendAfter({ path, ca }: Member, isNew: boolean): Promise<void> {
        if (ca === undefined) return;
        const { signingKey, otherSigningKeys } = this.settings;
        const all = (await this.realisations()).get(path) ?? [];
        await putRealisations(this.cache, all, [signingKey, ...otherSigningKeys], isNew);
    }

    /** Renews what is there beside a path whose narinfo is renewed. @returns how many objects */
    async renew(member: Member, { renewNarinfo }: Pick<Life, "renewNarinfo">): Promise<number> {
        if (!renewNarinfo) return 0;
        this.renewal ??= this.allToRenew();
        return (await this.renewal).renew(await this.keys(member));
    }

    private async allToRenew(): Promise<RenewBeside> {
        const { order, life } = this.plan;
        const due = order.filter(({ path }) => life.get(path)?.renewNarinfo === true);
        const keys = await Promise.all(due.map((member) => this.keys(member)));
        return new RenewBeside(this.cache, keys.flat());
    }

    private async sendLog({ path, deriver }: Member): Promise<void> {
        if (!this.settings.buildLogs || deriver === undefined || this.derivers.has(deriver)) return;
        this.derivers.add(deriver);
        const log = await putBuildLog(this.cache, this.settings.nix, deriver);
        if (typeof log === "object")
            this.tell({ kind: "without", path, what: "build log", why: oneLine(log.unreadable) });
    }

    /** Object names of what may be beside a path. */
    private async keys(member: Member): Promise<string[]> {
        const { path, deriver, ca } = member;
        return [
            ...(deriver === undefined ? [] : [logKey(deriver)]),
            ...this.debugFiles(member).flatMap(({ buildId }) => debugLinkKeys(buildId)),
            ...(ca === undefined ? [] : ((await this.realisations()).get(path) ?? []).map(realisationKey)),
        ];
    }

    private debugFiles({ path }: Member): DebugFile[] {
        const { debugInfo, nix } = this.settings;
        const place = debugInfo ? placeOf(nix, path) : undefined;
        return place === undefined ? [] : debugFiles(place);
    }

    /** Of all paths that have a content address; others are no such outputs. */
    private realisations(): Promise<Realisations["byPath"]> {
        this.known ??= this.lookFor();
        return this.known;
    }

    private async lookFor(): Promise<Realisations["byPath"]> {
        const paths = this.plan.order.filter(({ ca }) => ca !== undefined).map(({ path }) => path);
        const { byPath, unreadable } = await realisationsOf(this.settings.nix, paths);
        const [path = ""] = paths;
        if (unreadable !== undefined)
            this.tell({ kind: "without", path, what: "build traces", why: oneLine(unreadable) });
        return byPath;
    }
}
