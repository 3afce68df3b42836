import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { unpack } from "../../src/minio/exportFiles.ts";
import type { Answer, Connection } from "../../src/s3/connection.ts";
import { send } from "../../src/s3/request.ts";
import type { TestStack } from "./testStack.ts";

/** An object as a listing shows it, to tell whether it was written again. */
export type Objects = Readonly<Record<string, string>>;

/** All that a server says of its users, policies and one bucket, with the bucket's objects. */
export interface ServerState {
    readonly identities: Readonly<Record<string, string>>;
    readonly bucket: Readonly<Record<string, string>> | "missing";
    readonly objects: Objects;
}

/** MinIO's own two exports, and a listing. */
export async function serverState(to: Connection, bucket: string): Promise<ServerState> {
    const [identities, settings, objects] = await Promise.all([
        send(to, { method: "GET", path: "/minio/admin/v3/export-iam", kind: "export" }),
        send(to, {
            method: "GET",
            path: "/minio/admin/v3/export-bucket-metadata",
            query: { bucket },
            kind: "export",
        }),
        objectsOf(to, bucket),
    ]);
    return {
        identities: ordered(unpack(identities)),
        bucket: settings.status === 200 ? ordered(unpack(settings)) : "missing",
        objects,
    };
}

/** MinIO gives the lists of a policy in another order each time. */
function ordered(files: Readonly<Record<string, string>>): Record<string, string> {
    const sorted = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map((one) => JSON.stringify(sorted(one))).sort();
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sorted(inner)]));
    };
    return Object.fromEntries(
        Object.entries(files).map(([name, text]) => [
            name,
            name.endsWith(".json") && text.startsWith("{") ? JSON.stringify(sorted(JSON.parse(text))) : text,
        ]),
    );
}

/** Every object by its name, with its time and ETag; none where there is no such bucket. */
export async function objectsOf(to: Connection, bucket: string): Promise<Objects> {
    const objects: Record<string, string> = {};
    for (let token: string | undefined = ""; token !== undefined;) {
        const query = {
            "list-type": "2",
            "encoding-type": "url",
            ...(token === "" ? {} : { "continuation-token": token }),
        };
        const answer: Answer = await send(to, { method: "GET", path: `/${bucket}`, query, kind: "listing" });
        const text = answer.body.toString();
        for (const [, key = "", time = "", etag = ""] of text.matchAll(
            /<Contents><Key>([^<]*)<\/Key><LastModified>([^<]*)<\/LastModified><ETag>([^<]*)</g,
        ))
            objects[key] = `${time} ${etag}`;
        token = /<NextContinuationToken>([^<]+)</.exec(text)?.[1];
    }
    return objects;
}

/** What a stack's state is, in one short text. */
export function stateOf(stack: TestStack): string {
    const { state, stackName } = stack.place;
    const file = join(state, ".pulumi", "stacks", "nix-cache", `${stackName}.json`);
    return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : "none";
}

/**
 * The server's state and the stack's, once they stay as they are: Pulumi's engine ends what it has
 * begun though the program that it serves stands still.
 */
export async function atRest(stack: TestStack, bucket: string): Promise<[unknown, string]> {
    const now = async (): Promise<[unknown, string]> => [
        await serverState(stack.minio.connection, bucket),
        stateOf(stack),
    ];
    let [last, still] = [await now(), 0];
    while (still < 5) {
        await sleep(300);
        const next = await now();
        still = isDeepStrictEqual(next, last) ? still + 1 : 0;
        last = next;
    }
    return last;
}
