import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { singlePartEtag } from "../src/cache/cacheInfo.ts";
import type { DeclaredObject } from "../src/cache/declared.ts";

/** Arguments of {@link StackPins}. */
export interface StackPinsArgs {
    readonly bucket: pulumi.Input<string>;
    /** The two objects of each pin. */
    readonly objects: readonly DeclaredObject[];
    /** What denies them to builders: it is there before they are. */
    readonly after: pulumi.Resource;
}

/** The pins that stand in the configuration. A builder's pin of the same name is overwritten. */
export class StackPins extends pulumi.ComponentResource {
    /** URNs of the objects by name. */
    readonly urns: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: StackPinsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:StackPins", name, {}, opts);

        const made = args.objects.map(({ name: objectName, content, contentType }) => {
            const object = new minio.S3Object(
                `${name}-${objectName}`,
                {
                    bucketName: args.bucket,
                    objectName,
                    content,
                    contentType,
                    // The provider never reads the content back; with this it sees that it was changed.
                    etag: singlePartEtag(content),
                },
                { parent: this, dependsOn: args.after },
            );
            return [objectName, object.urn] as const;
        });
        this.urns = Object.fromEntries(made);
        this.registerOutputs({});
    }
}
