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

/** A bucket on another server that this one may be copied to. */
export interface ReplicationTarget {
    /** What MinIO calls it. */
    readonly arn: string;
    /** Where it is: `host:port/bucket`. */
    readonly place: string;
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
    /** Servers that the bucket is copied to. */
    readonly targets: readonly ReplicationTarget[];
    /** Further settings that are neither empty nor known here, by their file names in the export, `bucket-encryption.xml` for one. */
    readonly others: readonly string[];
}

/** One of the stack's own objects as it is on the server. */
export interface LiveObject {
    readonly content: string;
    readonly contentType: string;
    /** Further headers that it was given, `cache-control: …` for one. */
    readonly extraHeaders: readonly string[];
}

/** What a server holds of users, policies and one bucket. */
export interface Snapshot {
    readonly users: Readonly<Record<string, LiveUser>>;
    /** Policy documents by name. */
    readonly policies: Readonly<Record<string, unknown>>;
    /** Groups, with the policies attached to each. */
    readonly groups: Readonly<Record<string, readonly string[]>>;
    /** The stack's own objects that are there, by name. */
    readonly objects: Readonly<Record<string, LiveObject>>;
    /** undefined: there is no such bucket. */
    readonly bucket?: LiveBucket;
}
