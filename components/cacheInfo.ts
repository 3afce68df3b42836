import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { singlePartEtag } from "../src/cache/cacheInfo.ts";
import type { DeclaredObject } from "../src/cache/declared.ts";

/** Arguments of {@link CacheInfo}. */
export interface CacheInfoArgs {
    readonly bucket: pulumi.Input<string>;
    readonly object: DeclaredObject;
}

/** The object nix-cache-info, without which a bucket is no cache. */
export class CacheInfo extends pulumi.ComponentResource {
    /** URN of the object. */
    readonly objectUrn: pulumi.Output<string>;

    constructor(name: string, args: CacheInfoArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:CacheInfo", name, {}, opts);

        const { name: objectName, content, contentType } = args.object;
        const object = new minio.S3Object(
            name,
            {
                bucketName: args.bucket,
                objectName,
                content,
                contentType,
                // The provider never reads the content back; with this it sees that it was changed.
                etag: singlePartEtag(content),
            },
            { parent: this },
        );
        this.objectUrn = object.urn;
        this.registerOutputs({});
    }
}
