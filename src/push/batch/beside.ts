import { debugLinkKeys, logKey } from "../../cache/besideNames.ts";
import { putDebugLinks } from "../../content/putDebugLinks.ts";
import { putBuildLog } from "../../content/putBuildLog.ts";
import { RenewBeside } from "../../content/renewBeside.ts";
import type { Life } from "../../content/lives.ts";
import type { Cache } from "../../s3/bucket.ts";
import type { Member } from "../../store/closure.ts";
import { debugFiles, type DebugFile } from "../../store/debugFiles.ts";
import { placeOf } from "../../store/storePlace.ts";
import { oneLine } from "../../store/outage.ts";
import type { Settings } from "../settings.ts";
import type { PushEvent } from "./outcome.ts";

type How = Pick<Settings, "nix" | "buildLogs" | "debugInfo">;

/** Sends, and renews, what is beside the paths of a batch: logs of builds, links to debug information. */
export class Beside {
    private readonly cache: Cache;
    private readonly settings: How;
    private readonly tell: (event: PushEvent) => void;
    private readonly renewal: RenewBeside;
    /** Derivations whose logs were looked at: several paths may be of one. */
    private readonly derivers = new Set<string>();

    /** @param due paths whose narinfos are renewed */
    constructor(cache: Cache, settings: How, due: readonly Member[], tell: (event: PushEvent) => void) {
        this.cache = cache;
        this.settings = settings;
        this.tell = tell;
        this.renewal = new RenewBeside(
            cache,
            due.flatMap((member) => this.keys(member)),
        );
    }

    /**
     * Sends what is to be there before a path is visible.
     *
     * @param url object name of its NAR
     * @throws ServerError when the server does not answer, or refuses; PathError when it refuses a link to debug information
     */
    async send(member: Member, url: string): Promise<void> {
        await this.sendLog(member);
        await putDebugLinks(this.cache, this.debugFiles(member), url);
    }

    private async sendLog({ path, deriver }: Member): Promise<void> {
        if (!this.settings.buildLogs || deriver === undefined || this.derivers.has(deriver)) return;
        this.derivers.add(deriver);
        const log = await putBuildLog(this.cache, this.settings.nix, deriver);
        if (typeof log === "object")
            this.tell({ kind: "without", path, what: "build log", why: oneLine(log.unreadable) });
    }

    /** Renews what is there beside a path whose narinfo is renewed. @returns how many objects */
    async renew(member: Member, { renewNarinfo }: Pick<Life, "renewNarinfo">): Promise<number> {
        return renewNarinfo ? this.renewal.renew(this.keys(member)) : 0;
    }

    /** Object names of what may be beside a path. */
    private keys(member: Member): string[] {
        const { deriver } = member;
        return [
            ...(deriver === undefined ? [] : [logKey(deriver)]),
            ...this.debugFiles(member).flatMap(({ buildId }) => debugLinkKeys(buildId)),
        ];
    }

    private debugFiles({ path }: Member): DebugFile[] {
        const { debugInfo, nix } = this.settings;
        const place = debugInfo ? placeOf(nix, path) : undefined;
        return place === undefined ? [] : debugFiles(place);
    }
}
