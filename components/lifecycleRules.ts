// The resource for the rules that src/cache/expiryRules.ts makes.

import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import type { ExpiryRule } from "../src/cache/expiryRules.ts";

/** Arguments of {@link Expiry}. */
export interface ExpiryArgs {
    readonly bucket: pulumi.Input<string>;
    /** None: nothing expires, and the bucket has no lifecycle rules. */
    readonly rules: readonly ExpiryRule[];
}

/** MinIO's own expiry, by rules that never meet nix-cache-info. */
export class Expiry extends pulumi.ComponentResource {
    /** URN of the lifecycle rules; undefined where nothing expires. */
    readonly rulesUrn: pulumi.Output<string> | undefined;

    constructor(name: string, args: ExpiryArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:Expiry", name, {}, opts);

        if (args.rules.length > 0) {
            const policy = new minio.IlmPolicy(
                name,
                {
                    bucket: args.bucket,
                    rules: args.rules.map(({ id, prefix, days }) => ({
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
