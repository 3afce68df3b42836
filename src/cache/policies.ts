import { MANAGED_OBJECTS } from "./managedObjects.ts";
import { HOST_PINS, hostPin, PIN_PREFIX, pinKeys } from "./pinName.ts";

/** One statement of an S3 or MinIO policy document. */
export interface Statement {
    readonly Effect: "Allow" | "Deny";
    readonly Action: readonly string[];
    readonly Resource?: readonly string[];
    readonly Principal?: { readonly AWS: readonly string[] };
}

/** A policy document, version 2012-10-17 (Amazon S3 user guide, "Policies and permissions"). */
export interface Policy {
    readonly Version: "2012-10-17";
    readonly Statement: readonly Statement[];
}

/** What some builders may not write, beside the stack's own objects. */
export interface Reserved {
    /** Names of further objects that are the stack's: its pins. */
    readonly objects: readonly string[];
    /** Whether hosts have pins of their own. */
    readonly hostPins: boolean;
}

/**
 * What a builder may do: the seven actions of the hand-made procedure on the
 * bucket and its objects. Nothing lets it delete.
 *
 * The denials take away what those actions, or MinIO without being asked,
 * would give too: writing the stack's own objects, and making service
 * accounts, which go on working after the builder's secret was changed.
 */
export function builderPolicy(bucket: string, reserved: Reserved = { objects: [], hostPins: false }): Policy {
    const denied = [
        ...MANAGED_OBJECTS,
        ...reserved.objects,
        // Without pinners nothing is there, and the policy stays as it was deployed.
        ...(reserved.hostPins ? [`${PIN_PREFIX}${HOST_PINS}*`] : []),
    ];
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: [
                    "s3:AbortMultipartUpload",
                    "s3:GetBucketLocation",
                    "s3:GetObject",
                    "s3:ListBucket",
                    "s3:ListBucketMultipartUploads",
                    "s3:ListMultipartUploadParts",
                    "s3:PutObject",
                ],
                Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
            },
            {
                Effect: "Deny",
                Action: ["s3:PutObject"],
                Resource: denied.map((name) => `arn:aws:s3:::${bucket}/${name}`),
            },
            { Effect: "Deny", Action: ["admin:CreateServiceAccount"] },
        ],
    };
}

/**
 * What a pinner may do: write and read the two objects of its own pin, which
 * MinIO finds by the name of who asks. One policy serves every pinner. It reads
 * all else as everyone does.
 *
 * The denial keeps it from making service accounts, as for a builder.
 */
export function pinnerPolicy(bucket: string): Policy {
    const { pointer, record } = pinKeys(hostPin("${aws:username}"));
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Action: ["s3:GetObject", "s3:PutObject"],
                Resource: [pointer, record].map((name) => `arn:aws:s3:::${bucket}/${name}`),
            },
            { Effect: "Deny", Action: ["admin:CreateServiceAccount"] },
        ],
    };
}

/**
 * What everyone may do without credentials, as `mc anonymous set download`
 * writes it, so that `mc anonymous get` answers `download`.
 *
 * @param listing false leaves out listing: an object can be read by who knows
 * its name. A missing one answers 404 either way, as Nix expects (Amazon's S3 would answer 403).
 */
export function anonymousPolicy(bucket: string, listing: boolean): Policy {
    const everyone = { AWS: ["*"] };
    const onBucket = listing ? ["s3:GetBucketLocation", "s3:ListBucket"] : ["s3:GetBucketLocation"];
    return {
        Version: "2012-10-17",
        Statement: [
            { Effect: "Allow", Principal: everyone, Action: onBucket, Resource: [`arn:aws:s3:::${bucket}`] },
            {
                Effect: "Allow",
                Principal: everyone,
                Action: ["s3:GetObject"],
                Resource: [`arn:aws:s3:::${bucket}/*`],
            },
        ],
    };
}
