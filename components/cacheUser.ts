import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Credentials } from "../src/hosts/awsCredentials.ts";

/** Arguments of {@link CacheUser}. */
export interface CacheUserArgs {
    /** The user's name on the server: its access key. */
    readonly userName: string;
    /** Name of the policy that says what it may do. */
    readonly policyName: pulumi.Input<string>;
    /** Its secret, where that was made elsewhere. Default: one made here. Secret. */
    readonly givenSecret?: pulumi.Input<string> | undefined;
    /** The secret of the user of that name that is on the server already. Default: there is none. */
    readonly existingSecret?: string | undefined;
}

/** What kind of user it is. */
interface Role {
    /** Pulumi's type of the component. */
    readonly type: string;
    /** What the name of its policy's attachment ends with. */
    readonly may: string;
    /** The setting that has its name. */
    readonly setting: string;
}

/**
 * A user of the cache, with a secret of its own.
 *
 * Creating a user on MinIO overwrites the secret of one that is there. So just
 * before the engine creates one (that is, when it is not in the state) a hook
 * looks: a user of that name whose secret is not this one's belongs to
 * somebody else, and is left alone.
 */
export class CacheUser extends pulumi.ComponentResource {
    /** Access key and secret key. Secret. */
    readonly credentials: pulumi.Output<Credentials>;
    /** URN of the user; what else it has depends on it. */
    readonly userUrn: pulumi.Output<string>;

    constructor(role: Role, name: string, args: CacheUserArgs, opts?: pulumi.ComponentResourceOptions) {
        super(role.type, name, {}, opts);

        // Letters and digits alone: safe in a credentials file, a shell and a URL.
        const made = new random.RandomPassword(
            `${name}-secret`,
            { length: 32, special: false },
            { parent: this },
        );
        const secret = args.givenSecret === undefined ? made.result : pulumi.secret(args.givenSecret);
        const user = new minio.IamUser(
            name,
            { name: args.userName, secret },
            { parent: this, ...ownUserOnly(role, name, args) },
        );
        new minio.IamUserPolicyAttachment(
            `${name}-${role.may}`,
            { userName: user.name, policyName: args.policyName },
            { parent: this },
        );

        this.credentials = pulumi.secret(
            pulumi.all([user.name, secret]).apply(([accessKey, secretKey]) => ({ accessKey, secretKey })),
        );
        this.userUrn = user.urn;
        this.registerOutputs({});
    }
}

function ownUserOnly(role: Role, name: string, args: CacheUserArgs): pulumi.CustomResourceOptions {
    if (args.existingSecret === undefined) return {};
    const hook = new pulumi.ResourceHook(
        `${name}-own-user-only`,
        async ({ newInputs }) => {
            if ((await valueOf(newInputs?.secret)) === args.existingSecret) return;
            throw new Error(
                `the server has a user ${args.userName} that this stack did not make, and it is left as it is: take another name in ${role.setting}, or remove that user; if it was this cache's, restore its backup (npm run restore)`,
            );
        },
        { onDryRun: true },
    );
    return { hooks: { beforeCreate: [hook] } };
}

/** A hook gets a secret as an output. Its value, or something that is no secret where that is not known yet. */
function valueOf(input: unknown): Promise<unknown> {
    // `apply` would not be called for an unknown one in a preview; the types leave `promise` out.
    return (pulumi.output(input) as unknown as { promise: () => Promise<unknown> }).promise();
}
