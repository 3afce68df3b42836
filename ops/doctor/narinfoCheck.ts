import type { HostConfig } from "../../cache/hostSettings.ts";
import { parseNarinfo, verifyNarinfo, type NarInfo } from "../../cache/narinfo.ts";
import { send, type Answer, type Connection } from "../../server/request.ts";
import type { Presence } from "./presence.ts";

/** What is wrong with one narinfo, in a line each; and how many of its references are in other caches. */
export interface NarinfoResult {
    readonly failures: readonly string[];
    readonly warnings: readonly string[];
    readonly elsewhere: number;
}

/**
 * Checks one narinfo as a host would use it: its signature, its NAR, its
 * references, and that its NAR does not expire before it.
 *
 * @param key the narinfo's object name
 */
export async function checkNarinfo(
    from: Connection,
    host: Pick<HostConfig, "bucket" | "trustedPublicKeys">,
    key: string,
    presence: Presence,
): Promise<NarinfoResult> {
    const answer = await send(from, { method: "GET", path: `/${host.bucket}/${key}` });
    // It may have expired since it was listed.
    if (answer.status === 404) return { failures: [], warnings: [], elsewhere: 0 };
    if (answer.status !== 200) return failure(`${key}: anonymous read answered ${answer.status}`);
    let info: NarInfo;
    try {
        info = parseNarinfo(answer.body.toString("utf8"));
    } catch (error) {
        return failure(`${key}: ${(error as Error).message}`);
    }
    const nar = await send(from, { method: "HEAD", path: `/${host.bucket}/${info.url}` });
    const others = info.references.filter((name) => !info.storePath.endsWith(`/${name}`));
    const missing = await Promise.all(
        others.map(async (name) => !(await presence.has(`${name.slice(0, 32)}.narinfo`))),
    );
    return {
        failures: [...signatureProblems(info, host.trustedPublicKeys), ...narProblems(info, nar)].map(
            (wrong) => `${key}: ${wrong}`,
        ),
        warnings: expiryProblems(answer, nar).map((wrong) => `${key}: ${wrong}`),
        elsewhere: missing.filter(Boolean).length,
    };
}

function failure(wrong: string): NarinfoResult {
    return { failures: [wrong], warnings: [], elsewhere: 0 };
}

function signatureProblems(info: NarInfo, trusted: readonly string[]): string[] {
    if (verifyNarinfo(info, trusted)) return [];
    // Nix checks a content-addressed path by its content alone.
    if (info.ca !== undefined && info.signatures.length === 0) return [];
    return [info.signatures.length === 0 ? "no signature" : "no signature by a trusted key verifies"];
}

function narProblems(info: NarInfo, nar: Answer): string[] {
    if (nar.status !== 200) return [`its NAR ${info.url} answered ${nar.status}`];
    const size = Number(nar.headers["content-length"]);
    const should = info.fileSize ?? (info.compression === "none" ? info.narSize : size);
    return size === should ? [] : [`its NAR ${info.url} has ${size} bytes, should have ${should}`];
}

function expiryProblems(narinfo: Answer, nar: Answer): string[] {
    const [mine, its] = [expiry(narinfo), expiry(nar)];
    if (nar.status !== 200 || its === undefined || (mine !== undefined && its >= mine)) return [];
    return [`its NAR expires ${new Date(its).toISOString().slice(0, 10)}, before it does`];
}

/** The moment in the header `x-amz-expiration` (Amazon S3 API, HeadObject); undefined: never. */
function expiry({ headers }: Answer): number | undefined {
    const date = /expiry-date="([^"]+)"/.exec(String(headers["x-amz-expiration"] ?? ""))?.[1];
    return date === undefined ? undefined : Date.parse(date);
}
