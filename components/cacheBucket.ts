import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import type { Declaration } from "../src/cache/declared.ts";

/** Arguments of {@link CacheBucket}. */
export interface CacheBucketArgs {
    /** Its name, and what everyone may do with it. */
    readonly declaration: Pick<Declaration, "bucket" | "anonymousPolicy">;
    /** Whether Pulumi refuses to delete it. Unprotected, it is deleted with all that it holds. */
    readonly protect: boolean;
    /** Whether the server has the bucket already, and it is this cache's. */
    readonly exists: boolean;
}

/** The bucket, readable by everyone. Never versioned, so that what expires is really gone. */
export class CacheBucket extends pulumi.ComponentResource {
    /** The bucket's name, known once it exists. */
    readonly bucket: pulumi.Output<string>;
    /**
     * The same, known once its policy is set. MinIO reads, changes and writes all
     * settings of a bucket as one, without a lock: of two that are made at the
     * same time one is lost, and both are answered with success.
     */
    readonly settledBucket: pulumi.Output<string>;
    /** URN of the bucket; all that is in it depends on it. */
    readonly bucketUrn: pulumi.Output<string>;
    /** URN of the bucket policy. */
    readonly anonymousUrn: pulumi.Output<string>;

    constructor(name: string, args: CacheBucketArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:CacheBucket", name, {}, opts);
        const { declaration } = args;

        const bucket = new minio.S3Bucket(
            name,
            // The acl "public-read" would also let everyone list all buckets.
            { bucket: declaration.bucket, acl: "private", forceDestroy: !args.protect },
            {
                parent: this,
                protect: args.protect,
                // Takes over a bucket that is there but not in the state; nothing once it is in the state.
                ...(args.exists ? { import: declaration.bucket } : {}),
            },
        );
        const anonymous = new minio.S3BucketPolicy(
            `${name}-anonymous`,
            {
                bucket: bucket.bucket,
                policy: JSON.stringify(declaration.anonymousPolicy),
            },
            { parent: this },
        );

        this.bucket = bucket.bucket;
        this.settledBucket = anonymous.bucket;
        this.bucketUrn = bucket.urn;
        this.anonymousUrn = anonymous.urn;
        this.registerOutputs({ bucket: this.bucket });
    }
}
