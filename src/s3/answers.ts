import type { Answer, Connection } from "./connection.ts";
import { ServerError } from "../cache/serverError.ts";

/**
 * The answer, if the server carried the request out.
 *
 * @throws ServerError, one line, when it did not
 */
export function accepted(answer: Answer, to: Connection): Answer {
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new ServerError(`${new URL(to.url).origin} ${refusal(answer, to)}`);
}

/** The error code in an answer of S3 (XML) or of the admin API (JSON); empty where there is none. */
export function errorCode(answer: Answer): string {
    if (answer.status < 300) return "";
    return (
        /<Code>([\w.-]+)<\/Code>|"Code":"([\w.-]+)"/
            .exec(answer.body.toString("utf8"))
            ?.slice(1)
            .find(Boolean) ?? ""
    );
}

function refusal(answer: Answer, to: Connection): string {
    const code = errorCode(answer);
    // MinIO stores such a policy, and then cannot read it back for its export.
    if (answer.body.includes("empty actions not allowed"))
        return "has a policy with a NotAction, which MinIO takes but cannot export: remove it (mc admin policy ls, mc admin policy rm)";
    switch (code) {
        case "InvalidAccessKeyId":
            return `knows no user ${to.accessKey ?? ""} (minio:minioUser)`;
        case "SignatureDoesNotMatch":
            return `refuses the password of ${to.accessKey ?? "the user"} (pulumi config set --secret minio:minioPassword)`;
        case "AccessDenied":
            return `does not let ${to.accessKey ?? "the user"} administer it: minio:minioUser must be the root user or have the policy consoleAdmin`;
        case "RequestTimeTooSkewed":
            return "refuses the request because its clock and the one here differ by more than 15 minutes";
        case "SlowDown":
        case "XMinioServerNotInitialized":
        case "ServerNotInitialized":
        case "ServiceUnavailable":
            return "is not ready (it is starting, or has lost drives)";
        case "":
            return `answers ${answer.status} where MinIO's admin API was expected (is minio:minioServer a MinIO server?)`;
        default:
            return `answers ${answer.status} ${code}`;
    }
}
