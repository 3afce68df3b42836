import { CACHE_INFO_NAME } from "../cache/managedObjects.ts";
import { PROBE, PROBE_TEXT } from "../cache/probe.ts";
import { expiresAt, expiryDays, expiryOf } from "../cache/expiryDates.ts";
import { errorCode } from "../s3/answers.ts";
import type { Answer, Connection } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import { TooLarge } from "../cache/serverError.ts";
import { asCalled } from "../system/asCalled.ts";
import type { Outputs } from "../engine/target.ts";
import { driftAndHeal } from "./advice.ts";
import { bad, ok, type Check } from "./check.ts";

/** What everyone may do, what each builder may do, and what nobody may. */
export async function accessChecks(outputs: Outputs, anonymous: Connection): Promise<Check[]> {
    const { declared } = outputs;
    const at = (name: string) => `/${declared.bucket}/${name}`;
    const info = await readInfo(anonymous, at(CACHE_INFO_NAME));
    const write = await send(anonymous, {
        method: "PUT",
        path: at(PROBE),
        body: "anonymous\n",
        kind: "short",
    });
    const checks = [
        infoCheck(info, declared.objects.find(({ name }) => name === CACHE_INFO_NAME)?.content ?? ""),
        clockCheck(info),
        write.status === 403
            ? ok("anonymous write", "refused")
            : bad(
                  "anonymous write",
                  "failure",
                  `answered ${write.status}, not 403`,
                  `everyone can write: ${asCalled("heal")}`,
              ),
        ...(info.status === 200 ? [infoExpiryCheck(info)] : []),
    ];
    let head: Answer | undefined;
    for (const [name, credentials] of Object.entries(outputs.builders)) {
        const builder = { ...anonymous, ...credentials };
        const { checks: ofBuilder, pushed } = await builderChecks(outputs, name, builder);
        checks.push(...ofBuilder);
        head ??= pushed;
    }
    return head === undefined ? checks : [...checks, probeExpiryCheck(outputs, head)];
}

/** It, or what there is to know of something far larger in its place. */
async function readInfo(anonymous: Connection, path: string): Promise<Answer> {
    try {
        return await send(anonymous, { method: "GET", path, kind: "own" });
    } catch (error) {
        if (!(error instanceof TooLarge)) throw error;
        const head = await send(anonymous, { method: "HEAD", path, kind: "short" });
        return { ...head, body: Buffer.from("too large") };
    }
}

function infoCheck(answer: Answer, declared: string): Check {
    const name = "nix-cache-info";
    if (answer.status !== 200)
        return bad(
            name,
            "failure",
            errorCode(answer) === "NoSuchBucket"
                ? "the bucket is gone"
                : `anonymous read answered ${answer.status}`,
            driftAndHeal(),
        );
    const text = answer.body.toString("utf8");
    if (!text.includes("StoreDir: /nix/store"))
        return bad(name, "failure", "names no StoreDir /nix/store", asCalled("heal"));
    if (text !== declared) return bad(name, "warning", "is not as declared", asCalled("heal"));
    return ok(name, "anyone can read it, and it is as declared");
}

/** Signed requests fail beyond 15 minutes (Signature Version 4); expiry is in days, so a minute does no harm. */
function clockCheck(answer: Answer): Check {
    const seconds = Math.round((Date.parse(answer.headers.date ?? "") - Date.now()) / 1000);
    const seen = `the server's differs by ${seconds} s`;
    if (Number.isNaN(seconds))
        return bad("clock", "warning", "the server does not say its time", "is there a proxy in between?");
    if (Math.abs(seconds) > 840)
        return bad("clock", "failure", seen, "pushes fail beyond 15 minutes: set the clocks (NTP)");
    if (Math.abs(seconds) > 60) return bad("clock", "warning", seen, "set the clocks (NTP)");
    return ok("clock", seen);
}

function infoExpiryCheck(answer: Answer): Check {
    const header = answer.headers["x-amz-expiration"];
    if (header === undefined) return ok("expiry of nix-cache-info", "never");
    return bad(
        "expiry of nix-cache-info",
        "failure",
        String(header),
        `a rule will delete it, and the cache with it: ${asCalled("heal")}`,
    );
}

/** What a builder may do; where it could push, also the probe as it was then. */
interface BuilderChecks {
    readonly checks: readonly Check[];
    readonly pushed?: Answer;
}

async function builderChecks(outputs: Outputs, name: string, builder: Connection): Promise<BuilderChecks> {
    const { bucket, objects } = outputs.declared;
    const path = `/${bucket}/${PROBE}`;
    const push = await send(builder, { method: "PUT", path, body: PROBE_TEXT, kind: "short" });
    if (push.status !== 200) {
        const seen = `its push answered ${push.status}`;
        const advice = driftAndHeal();
        return { checks: [bad(`builder ${name}`, "failure", seen, advice)] };
    }
    // Before anything is done to it that should be refused.
    const pushed = await send(builder, { method: "HEAD", path, kind: "short" });
    const remove = await send(builder, { method: "DELETE", path, kind: "short" });
    // The very content that is there, so that nothing is harmed where it is allowed.
    const info = objects.find((object) => object.name === CACHE_INFO_NAME);
    const overwrite = await send(builder, {
        method: "PUT",
        path: `/${bucket}/${CACHE_INFO_NAME}`,
        body: info?.content ?? "",
        headers: { "Content-Type": info?.contentType ?? "" },
        kind: "short",
    });
    const checks = [
        ok(`builder ${name}`, "can push"),
        refused(`builder ${name}: delete`, remove),
        refused(`builder ${name}: nix-cache-info`, overwrite),
    ];
    return { checks, pushed };
}

function refused(name: string, answer: Answer): Check {
    return answer.status === 403
        ? ok(name, "refused, as it should be")
        : bad(
              name,
              "failure",
              `answered ${answer.status}, not 403`,
              `it may do more than push: ${asCalled("heal")}`,
          );
}

function probeExpiryCheck(outputs: Outputs, head: Answer): Check {
    const name = "expiry of pushed objects";
    const header = String(head.headers["x-amz-expiration"] ?? "");
    const days = expiryDays(outputs.declared.rules, PROBE);
    if (days === undefined) {
        return header === ""
            ? ok(name, "never, as declared")
            : bad(name, "failure", header, `nothing should expire: ${asCalled("heal")}`);
    }
    const should = expiresAt(new Date(head.headers["last-modified"] ?? ""), days);
    const is = expiryOf(head.headers);
    if (is === should.getTime()) return ok(name, `after ${days} days, as declared`);
    const seen = is === Infinity ? "never" : new Date(is).toUTCString();
    return bad(name, "failure", seen, `should be after ${days} days: ${asCalled("heal")}`);
}
