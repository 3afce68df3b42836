import { isContentAddressed } from "../cache/contentAddress.ts";
import { undoCoding } from "../cache/contentCoding.ts";
import { parseNarinfo, verifyNarinfoAside, type NarInfo } from "../cache/narinfo.ts";
import { inWords, LIMITS } from "../s3/limits.ts";
import type { Answer, Connection } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import { TooLarge } from "../cache/serverError.ts";
import type { Fault, Finding } from "./finding.ts";
import { isOfContent, type NarResult, type Nars } from "./narCheck.ts";
import type { KnownObjects } from "./knownObjects.ts";
import type { Upstreams } from "../content/upstream.ts";

/** The cache as anybody sees it, and whom else to ask. */
export interface Look {
    readonly from: Connection;
    readonly bucket: string;
    readonly trustedPublicKeys: readonly string[];
    readonly presence: KnownObjects;
    readonly nars: Nars;
    readonly upstreams: Upstreams;
}

/** What one narinfo came to. */
export interface NarinfoResult {
    readonly findings: readonly Finding[];
    /** How many of its references another cache has. */
    readonly elsewhere: number;
    /** What its NAR was compared with; undefined where it did not come to that. */
    readonly proven?: NarResult["proven"];
}

/**
 * Checks one narinfo as a host would use it: that it is of the path it is filed
 * under, its signature, its NAR, its references, and that neither its NAR nor what
 * it refers to expires before it.
 *
 * @param key the narinfo's object name
 */
export async function checkNarinfo(look: Look, key: string): Promise<NarinfoResult> {
    const broken = (wrong: string, fault: Fault = "narinfo"): NarinfoResult => ({
        findings: [{ key, about: "content", result: "failure", fault, wrong }],
        elsewhere: 0,
    });
    let answer: Answer;
    let info: NarInfo;
    try {
        answer = await send(look.from, { method: "GET", path: `/${look.bucket}/${key}`, kind: "narinfo" });
        // It may have expired since it was listed.
        if (answer.status === 404) return { findings: [], elsewhere: 0 };
        if (answer.status !== 200)
            return broken(
                `${look.from.accessKey === undefined ? "anonymous read" : "it"} answered ${answer.status}`,
                isOfContent(answer.status) ? "narinfo" : "answer",
            );
        info = readable(answer);
    } catch (error) {
        if (error instanceof TooLarge)
            return broken(`it is larger than ${inWords(LIMITS.narinfo.bytes)}, which no narinfo is`);
        if (error instanceof NoNarinfo) return broken(error.message);
        throw error;
    }
    const path = info.storePath;
    if (!path.startsWith(`/nix/store/${key.slice(0, 32)}-`))
        return broken(`it is the narinfo of another path: ${path}`);
    const until = look.presence.saw(key, answer.headers);
    const [signature, nar, { findings, elsewhere }] = await Promise.all([
        signatureProblems(info, look.trustedPublicKeys),
        look.nars.check(info),
        checkReferences(look, key, info, until),
    ]);
    const content =
        (fault: Fault) =>
        (wrong: string): Finding => ({
            key,
            path,
            about: "content",
            result: "failure",
            fault,
            wrong,
        });
    const expiry = (wrong: string): Finding => ({
        key,
        path,
        about: "expiry",
        result: "warning",
        fault: "expiry",
        wrong,
    });
    return {
        findings: [
            ...signature.map(content("signature")),
            ...nar.failures.map(content(nar.isAnswer === true ? "answer" : "nar")),
            ...nar.warnings.map((wrong): Finding => ({ ...content("file hash")(wrong), result: "warning" })),
            ...expiryProblems(until, nar).map(expiry),
            ...findings,
        ],
        elsewhere,
        proven: nar.proven,
    };
}

/** What is there is no narinfo that Nix reads. The message is one line. */
class NoNarinfo extends Error {}

function readable({ headers, body }: Answer): NarInfo {
    try {
        const text = undoCoding(body, headers["content-encoding"], LIMITS.narinfo.bytes);
        return parseNarinfo(text.toString("utf8"));
    } catch (error) {
        throw new NoNarinfo((error as Error).message);
    }
}

async function checkReferences(
    { presence, upstreams }: Look,
    key: string,
    { storePath: path, references }: NarInfo,
    until: number,
): Promise<{ findings: Finding[]; elsewhere: number }> {
    const others = references.filter((name) => !path.endsWith(`/${name}`));
    const findings: Finding[] = [];
    let elsewhere = 0;
    await Promise.all(
        others.map(async (name) => {
            const theirs = await presence.until(`${name.slice(0, 32)}.narinfo`);
            if (theirs !== undefined) {
                // The server's times are midnights, so this compares days.
                if (theirs < until)
                    findings.push({
                        key,
                        path,
                        about: "order",
                        result: "warning",
                        fault: "expiry",
                        wrong: `it refers to ${name}, which expires ${day(theirs)}, before it does`,
                    });
                return;
            }
            const there = await upstreams.has(name);
            if (there === "there") elsewhere += 1;
            else if (there === "nowhere")
                findings.push({
                    key,
                    path,
                    about: "references",
                    result: "failure",
                    fault: "reference",
                    missing: name,
                    wrong: `it refers to ${name}, which ${upstreams.urls.length === 0 ? "this cache does not have" : `neither this cache nor ${upstreams.urls.join(" nor ")} has`}`,
                });
            else
                findings.push({
                    key,
                    path,
                    about: "references",
                    result: "warning",
                    fault: "reference",
                    missing: name,
                    wrong: `it refers to ${name}, which this cache does not have`,
                });
        }),
    );
    return { findings, elsewhere };
}

async function signatureProblems(info: NarInfo, trusted: readonly string[]): Promise<string[]> {
    // Nix checks a content-addressed path by its content alone.
    if ((await verifyNarinfoAside(info, trusted)) || isContentAddressed(info)) return [];
    return [info.signatures.length === 0 ? "no signature" : "no signature by a trusted key verifies"];
}

function expiryProblems(narinfo: number, { until }: NarResult): string[] {
    if (until === undefined || until === Infinity || until >= narinfo) return [];
    return [`its NAR expires ${day(until)}, before it does`];
}

function day(time: number): string {
    return new Date(time).toISOString().slice(0, 10);
}
