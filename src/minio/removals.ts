// How what was added on the server by hand is removed, a user among it: the request for each kind.

import type { Removal } from "../drift/finding.ts";
import { encryptForAdmin } from "./adminEncryption.ts";
import { accepted, errorCode } from "../s3/answers.ts";
import type { Connection, Request } from "../s3/connection.ts";
import { send } from "../s3/request.ts";

/**
 * Takes away one thing that was added on the server by hand. What is gone
 * already is no error. Nothing here makes anything, and nothing deletes an
 * object: making is the provider's work, and the cache's content is nobody's.
 *
 * @throws ServerError, one line
 */
export async function carryOut(to: Connection, bucket: string, removal: Removal): Promise<void> {
    const answer = await send(to, { ...requestFor(to, bucket, removal), kind: "short" });
    const gone = [
        "XMinioAdminNoSuchUser",
        "XMinioAdminPolicyChangeAlreadyApplied",
        "NoSuchLifecycleConfiguration",
        "NoSuchTagSet",
        "XMinioAdminRemoteTargetNotFoundError",
    ];
    if (!gone.includes(errorCode(answer))) accepted(answer, to);
}

function requestFor(to: Connection, bucket: string, removal: Removal): Omit<Request, "kind"> {
    const admin = (call: string) => `/minio/admin/v3/${call}`;
    const setting = (name: string): Omit<Request, "kind"> => ({
        method: "DELETE",
        path: `/${bucket}`,
        query: { [name]: "" },
    });
    switch (removal.remove) {
        case "user":
            // Its service accounts, group memberships and attached policies go with it.
            return { method: "DELETE", path: admin("remove-user"), query: { accessKey: removal.user } };
        case "attachment":
            // Not set-user-or-group-policy: that writes the whole list, and would take away what somebody
            // else has given since it was read.
            return {
                method: "POST",
                path: admin("idp/builtin/policy/detach"),
                headers: { "Content-Type": "application/octet-stream" },
                body: encryptForAdmin(
                    to.secretKey ?? "",
                    JSON.stringify({
                        policies: [removal.policy],
                        [removal.isGroup ? "group" : "user"]: removal.from,
                    }),
                ),
            };
        case "quota":
            return {
                method: "PUT",
                path: admin("set-bucket-quota"),
                query: { bucket },
                body: JSON.stringify({ quota: 0, quotatype: "hard" }),
            };
        case "target":
            return {
                method: "DELETE",
                path: admin("remove-remote-target"),
                query: { bucket, arn: removal.arn },
            };
        case "versioning":
            return {
                method: "PUT",
                path: `/${bucket}`,
                query: { versioning: "" },
                body: `<VersioningConfiguration xmlns="${S3_XML}"><Status>Suspended</Status></VersioningConfiguration>`,
            };
        case "notifications":
            return {
                method: "PUT",
                path: `/${bucket}`,
                query: { notification: "" },
                body: `<NotificationConfiguration xmlns="${S3_XML}"></NotificationConfiguration>`,
            };
        case "tags":
            return setting("tagging");
        case "lifecycle":
        case "encryption":
        case "replication":
        case "cors":
            return setting(removal.remove);
    }
}

/** The namespace of S3's documents (Amazon S3 API reference). */
const S3_XML = "http://s3.amazonaws.com/doc/2006-03-01/";
