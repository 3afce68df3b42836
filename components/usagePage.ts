import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { singlePartEtag } from "../src/cache/cacheInfo.ts";
import type { Declaration } from "../src/cache/declared.ts";

/** Arguments of {@link UsagePage}. */
export interface UsagePageArgs {
    readonly bucket: pulumi.Input<string>;
    /** Its name and type. */
    readonly object: Declaration["usagePage"];
    /** The whole page; known once the signing keys are. */
    readonly content: pulumi.Output<string>;
    /** The bucket's nix-cache-info. It is made first, since a bucket that holds another object and lacks it is taken for somebody else's. */
    readonly after: pulumi.Resource;
}

/** The object usage.html: for people, where nix-cache-info is for Nix. */
export class UsagePage extends pulumi.ComponentResource {
    /** URN of the object. */
    readonly objectUrn: pulumi.Output<string>;

    constructor(name: string, args: UsagePageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:UsagePage", name, {}, opts);

        const object = new minio.S3Object(
            name,
            {
                bucketName: args.bucket,
                objectName: args.object.name,
                content: args.content,
                contentType: args.object.contentType,
                // The provider never reads the content back; with this it sees that it was changed.
                etag: args.content.apply(singlePartEtag),
            },
            { parent: this, dependsOn: args.after },
        );
        this.objectUrn = object.urn;
        this.registerOutputs({});
    }
}
