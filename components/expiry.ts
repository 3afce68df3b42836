import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { expiryRules } from "../src/cache/expiry.ts";

/** Arguments of {@link Expiry}. */
export interface ExpiryArgs {
    readonly bucket: pulumi.Input<string>;
    /** Days after which a pushed path expires; 0: never, and the bucket has no lifecycle rules. */
    readonly expireDays: number;
    /** Further days that a NAR is kept. */
    readonly narGraceDays: number;
}

/** MinIO's own expiry, by rules that never meet nix-cache-info. */
export class Expiry extends pulumi.ComponentResource {
    /** URN of the lifecycle rules; undefined where nothing expires. */
    readonly rulesUrn: pulumi.Output<string> | undefined;

    constructor(name: string, args: ExpiryArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:Expiry", name, {}, opts);

        const rules = expiryRules(args.expireDays, args.narGraceDays);
        if (rules.length > 0) {
            const policy = new minio.IlmPolicy(
                name,
                {
                    bucket: args.bucket,
                    rules: rules.map(({ id, prefix, days }) => ({
                        id,
                        filter: prefix,
                        expiration: `${days}d`,
                        // Without it every refresh finds an empty one and shows it as new.
                        tags: {},
                    })),
                },
                { parent: this },
            );
            this.rulesUrn = policy.urn;
        }
        this.registerOutputs({});
    }
}
