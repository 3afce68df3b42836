import { strFromU8, unzipSync } from "fflate";
import { XMLParser } from "fast-xml-parser";
import { UserError } from "../cache/problem.ts";
import { send, type Answer, type Connection } from "./request.ts";

/** A user of the server's own (not of LDAP or OpenID), as it is on the server. */
export interface LiveUser {
    readonly secretKey: string;
    readonly enabled: boolean;
    /** Policies attached to the user itself. */
    readonly policies: readonly string[];
    /** Groups that it is a member of. */
    readonly groups: readonly string[];
    /** Access keys of service accounts that act for it. */
    readonly serviceAccounts: readonly string[];
}

/** One lifecycle rule of a bucket. What this project never sets is kept as it was found, in `other`. */
export interface LiveRule {
    readonly id: string;
    readonly enabled: boolean;
    readonly prefix: string;
    /** Days until an object expires; undefined where the rule does something else. */
    readonly days?: number;
    /** Parts of the rule beyond id, status, prefix and days, in words. */
    readonly other: readonly string[];
}

/** A bucket's settings as they are on the server. */
export interface LiveBucket {
    /** The bucket policy (what anonymous users may do); undefined where there is none. */
    readonly policy?: unknown;
    readonly rules: readonly LiveRule[];
    readonly versioning: "off" | "enabled" | "suspended";
    readonly objectLocking: boolean;
    /** Largest size in bytes; 0: no quota. */
    readonly quota: number;
    /** Further settings that are neither empty nor known here, by their file names in the export, `encryption.xml` for one. */
    readonly others: readonly string[];
}

/** What a server holds of users, policies and one bucket, read in two requests. */
export interface Snapshot {
    readonly users: Readonly<Record<string, LiveUser>>;
    /** Policy documents by name. */
    readonly policies: Readonly<Record<string, unknown>>;
    /** Groups, with the policies attached to each. */
    readonly groups: Readonly<Record<string, readonly string[]>>;
    /** undefined: there is no such bucket. */
    readonly bucket?: LiveBucket;
}

/**
 * Reads users, policies, groups and one bucket's settings, and changes nothing.
 *
 * It takes the two exports of MinIO's admin API (`mc admin cluster iam export`
 * and `mc admin cluster bucket export`): plain signed GETs whose zip files hold
 * all there is, where the single calls are a dozen, some of them encrypted.
 *
 * @throws UnreachableError when the server does not answer
 * @throws UserError when it refuses the credentials
 */
export async function readSnapshot(to: Connection, bucket: string): Promise<Snapshot> {
    const [iam, metadata] = await Promise.all([
        send(to, { method: "GET", path: "/minio/admin/v3/export-iam" }),
        send(to, { method: "GET", path: "/minio/admin/v3/export-bucket-metadata", query: { bucket } }),
    ]);
    const identities = readIdentities(unpack(accepted(iam, to)));
    if (errorCode(metadata) === "NoSuchBucket") return identities;
    return { ...identities, bucket: readBucket(unpack(accepted(metadata, to))) };
}

/**
 * The answer, if the server carried the request out.
 *
 * @throws UserError, one line, when it did not
 */
export function accepted(answer: Answer, to: Connection): Answer {
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new UserError(`${new URL(to.url).origin} ${refusal(answer, to)}`);
}

/** The error code in an answer of S3 (XML) or of the admin API (JSON); empty where there is none. */
export function errorCode(answer: Answer): string {
    if (answer.status < 300) return "";
    return (
        /<Code>([^<]+)<\/Code>|"Code":"([^"]+)"/.exec(answer.body.toString("utf8"))?.slice(1).find(Boolean) ??
        ""
    );
}

function refusal(answer: Answer, to: Connection): string {
    const code = errorCode(answer);
    switch (code) {
        case "InvalidAccessKeyId":
            return `knows no user ${to.accessKey ?? ""} (minio:minioUser)`;
        case "SignatureDoesNotMatch":
            return `refuses the password of ${to.accessKey ?? "the user"} (pulumi config set --secret minio:minioPassword)`;
        case "AccessDenied":
            return `does not let ${to.accessKey ?? "the user"} administer it: minio:minioUser must be the root user or have the policy consoleAdmin`;
        case "RequestTimeTooSkewed":
            return "refuses the request because its clock and the one here differ by more than 15 minutes";
        case "":
            return `answers ${answer.status} where MinIO's admin API was expected (is minio:minioServer a MinIO server?)`;
        default:
            return `answers ${answer.status} ${code}`;
    }
}

type Files = Readonly<Record<string, string>>;

/** Text files of a zip by their names without folders. */
function unpack(answer: Answer): Files {
    const entries = Object.entries(unzipSync(answer.body));
    return Object.fromEntries(entries.map(([name, data]) => [name.replace(/^.*\//, ""), strFromU8(data)]));
}

function json<T>(files: Files, name: string): Record<string, T> {
    return JSON.parse(files[name] ?? "{}") as Record<string, T>;
}

function readIdentities(files: Files): Snapshot {
    const groups = json<{ members?: string[] | null }>(files, "groups.json");
    const accounts = Object.entries(json<{ parent: string }>(files, "svcaccts.json"));
    const attached = (name: string, to: string) =>
        (json<{ policy?: string }>(files, name)[to]?.policy ?? "")
            .split(",")
            .filter((policy) => policy !== "");

    const users = json<{ secretKey: string; status: string }>(files, "users.json");
    return {
        users: Object.fromEntries(
            Object.entries(users).map(([name, user]) => [
                name,
                {
                    secretKey: user.secretKey,
                    enabled: user.status === "enabled" || user.status === "on",
                    policies: attached("user_mappings.json", name),
                    groups: Object.keys(groups).filter((group) => groups[group]?.members?.includes(name)),
                    serviceAccounts: accounts.filter(([, { parent }]) => parent === name).map(([key]) => key),
                },
            ]),
        ),
        policies: json<unknown>(files, "policies.json"),
        groups: Object.fromEntries(
            Object.keys(groups).map((group) => [group, attached("group_mappings.json", group)]),
        ),
    };
}

/** Parts of the export that say nothing where they are empty, and what is read below. */
const READ = ["policy.json", "lifecycle.xml", "versioning.xml", "object-lock.xml", "quota.json"];

function readBucket(files: Files): LiveBucket {
    const policy = files["policy.json"];
    const versioning = /<Status>(\w+)<\/Status>/.exec(files["versioning.xml"] ?? "")?.[1];
    const quota = JSON.parse(files["quota.json"] ?? "{}") as { quota?: number; size?: number };
    return {
        ...(policy === undefined ? {} : { policy: JSON.parse(policy) as unknown }),
        rules: readRules(files["lifecycle.xml"]),
        versioning: versioning === "Enabled" ? "enabled" : versioning === "Suspended" ? "suspended" : "off",
        objectLocking: (files["object-lock.xml"] ?? "").includes("<ObjectLockEnabled>Enabled"),
        quota: Math.max(quota.quota ?? 0, quota.size ?? 0),
        others: Object.keys(files).filter((name) => !READ.includes(name) && !isEmpty(files[name] ?? "")),
    };
}

/** `<X></X>` or `<X/>`, with or without attributes: MinIO exports settings that are not there so. */
function isEmpty(text: string): boolean {
    return /^\s*(<\?[^>]*>\s*)?<(\w+)[^>]*>\s*(<\/\2>)?\s*$/.test(text) || /^\s*(\{\}|null|)\s*$/.test(text);
}

interface RuleXml {
    ID?: string;
    Status?: string;
    Prefix?: string;
    Filter?: { Prefix?: string } & Record<string, unknown>;
    Expiration?: { Days?: string } & Record<string, unknown>;
}

function readRules(xml: string | undefined): LiveRule[] {
    if (xml === undefined) return [];
    const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Rule" });
    const document = parser.parse(xml) as { LifecycleConfiguration?: { Rule?: RuleXml[] } | "" };
    const configuration = document.LifecycleConfiguration;
    const rules = configuration === undefined || configuration === "" ? [] : (configuration.Rule ?? []);
    return rules.map((rule) => {
        const filter = typeof rule.Filter === "object" ? rule.Filter : {};
        const expiration = typeof rule.Expiration === "object" ? rule.Expiration : {};
        const unknown = [
            ...Object.keys(rule).filter(
                (key) => !["ID", "Status", "Prefix", "Filter", "Expiration"].includes(key),
            ),
            ...Object.keys(filter)
                .filter((key) => key !== "Prefix")
                .map((key) => `Filter ${key}`),
            ...Object.keys(expiration)
                .filter((key) => key !== "Days")
                .map((key) => `Expiration ${key}`),
        ];
        return {
            id: rule.ID ?? "",
            enabled: rule.Status === "Enabled",
            prefix: filter.Prefix ?? rule.Prefix ?? "",
            ...(expiration.Days === undefined ? {} : { days: Number(expiration.Days) }),
            other: unknown,
        };
    });
}
