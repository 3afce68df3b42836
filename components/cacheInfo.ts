import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { cacheInfo, singlePartEtag } from "../src/cache/cacheInfo.ts";
import { CACHE_INFO_NAME, CACHE_INFO_TYPE } from "../src/cache/managedObjects.ts";

/** Arguments of {@link CacheInfo}. */
export interface CacheInfoArgs {
    readonly bucket: pulumi.Input<string>;
    /** Priority among a host's substituters; lower is asked first. */
    readonly priority: number;
}

/** The object nix-cache-info, without which a bucket is no cache. */
export class CacheInfo extends pulumi.ComponentResource {
    /** URN of the object. */
    readonly objectUrn: pulumi.Output<string>;

    constructor(name: string, args: CacheInfoArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:CacheInfo", name, {}, opts);

        const content = cacheInfo(args.priority);
        const object = new minio.S3Object(
            name,
            {
                bucketName: args.bucket,
                objectName: CACHE_INFO_NAME,
                content,
                contentType: CACHE_INFO_TYPE,
                // The provider never reads the content back; with this it sees that it was changed.
                etag: singlePartEtag(content),
            },
            { parent: this },
        );
        this.objectUrn = object.urn;
        this.registerOutputs({});
    }
}
