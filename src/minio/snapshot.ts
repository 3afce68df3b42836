import type { LiveObject, Snapshot } from "../cache/live.ts";
import { MANAGED_OBJECTS } from "../cache/managedObjects.ts";
import { accepted, errorCode } from "../s3/answers.ts";
import { readBucket } from "./bucketExport.ts";
import { unpack } from "./exportFiles.ts";
import { readIdentities } from "./iamExport.ts";
import type { Answer, Connection } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import { TooLarge } from "../cache/serverError.ts";

/**
 * Reads users, policies, groups, one bucket's settings and the stack's own
 * objects in it, and changes nothing.
 *
 * It takes the two exports of MinIO's admin API: plain signed GETs whose zip
 * files hold all there is, where the single calls are a dozen, some of them
 * encrypted.
 *
 * @param names the stack's own objects. Default: those that every stack has
 * @throws ServerError, one line, when the server does not answer or refuses the credentials
 */
export async function readSnapshot(
    to: Connection,
    bucket: string,
    names: readonly string[] = MANAGED_OBJECTS,
): Promise<Snapshot> {
    const [iam, metadata, ...objects] = await Promise.all([
        send(to, { method: "GET", path: "/minio/admin/v3/export-iam", kind: "export" }),
        send(to, {
            method: "GET",
            path: "/minio/admin/v3/export-bucket-metadata",
            query: { bucket },
            kind: "export",
        }),
        ...names.map((name) => readOwn(to, `/${bucket}/${name}`)),
    ]);
    const identities = readIdentities(unpack(accepted(iam, to)));
    if (errorCode(metadata) === "NoSuchBucket") return { ...identities, objects: {} };
    return {
        ...identities,
        bucket: readBucket(unpack(accepted(metadata, to))),
        objects: Object.fromEntries(
            objects.flatMap((answer, index) => {
                const name = names[index] ?? "";
                if (answer === "too large") return [[name, TOO_LARGE]];
                return answer.status === 404 ? [] : [[name, readObject(accepted(answer, to))]];
            }),
        ),
    };
}

/** Somebody put something else in its place, which is drift: its content is as good as any that is not declared. */
const TOO_LARGE: LiveObject = { content: "", contentType: "", extraHeaders: [] };

async function readOwn(to: Connection, path: string): Promise<Answer | "too large"> {
    try {
        return await send(to, { method: "GET", path, kind: "own" });
    } catch (error) {
        if (error instanceof TooLarge) return "too large";
        throw error;
    }
}

function readObject({ headers, body }: Answer): LiveObject {
    return {
        content: body.toString("utf8"),
        contentType: headers["content-type"] ?? "",
        extraHeaders: Object.entries(headers)
            .filter(([name]) => GIVEN_HEADERS.test(name))
            .map(([name, value]) => `${name}: ${String(value)}`),
    };
}

/** Headers that MinIO gives back only where the object was written with them. */
const GIVEN_HEADERS =
    /^(content-encoding|content-disposition|content-language|cache-control|expires|x-amz-meta-.*|x-amz-tagging-count)$/;
