import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { parseSecretKey, signingKeyFromRandomText, type SigningKeyPair } from "../src/cache/signingKey.ts";

/** Arguments of {@link SigningKeys}. */
export interface SigningKeysArgs {
    /** What the keys are named after, whatever name they were made under. Default: the name each was made under. */
    readonly keyName?: string | undefined;
    /** What a key is named after when it is made now and {@link keyName} is not given. */
    readonly firstKeyName: string;
    /** Generations whose keys are kept in the state. */
    readonly kept: readonly number[];
    /** The generation that new pushes are signed with; one of {@link kept}. */
    readonly current: number;
    /** Generations that new pushes are signed with, {@link current} among them. */
    readonly signing: readonly number[];
    /** Generations that hosts accept; some of {@link kept}. */
    readonly trusted: readonly number[];
    /** Keys that were made elsewhere, by generation, each `NAME:BASE64`: taken as they are, with their own names. Default: none. Secret. */
    readonly given?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
    /** Whether Pulumi refuses to delete them. */
    readonly protect: boolean;
}

/**
 * The cache's signing keys, one for each generation, each made once.
 *
 * What the state keeps is a random text in a secret; the pair is derived from
 * it (src/cache/signingKey.ts). A `RandomBytes` would show its value in its id.
 * The name that a key was first made under stays with it in `keepers`, whose
 * later changes are ignored: a key that hosts trust is never renamed behind
 * their backs. When another `keyName` is asked for, the key has both names.
 */
export class SigningKeys extends pulumi.ComponentResource {
    /** The current generation's public key, `NAME:BASE64`. */
    readonly publicKey: pulumi.Output<string>;
    /** Public keys that hosts accept, the current one first. */
    readonly trustedPublicKeys: pulumi.Output<string[]>;
    /** The secret keys that pushes are signed with, `NAME:BASE64`, the current generation's first, a line for each. Secret. */
    readonly secretKey: pulumi.Output<string>;
    /** The secret keys of every generation that is kept, by generation. Secret. */
    readonly secretKeys: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: SigningKeysArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:SigningKeys", name, {}, opts);

        const keys = new Map(args.kept.map((generation) => [generation, this.key(name, generation, args)]));
        const pairsOf = (generation: number) => keys.get(generation) ?? pulumi.output<SigningKeyPair[]>([]);
        const current = pairsOf(args.current);
        const trusted = [args.current, ...args.trusted.filter((generation) => generation !== args.current)];

        this.publicKey = pulumi.unsecret(current.apply((pairs) => pairs[0]?.publicKey ?? ""));
        const signing = [args.current, ...args.signing.filter((generation) => generation !== args.current)];
        this.secretKey = pulumi.secret(
            pulumi
                .all(signing.map(pairsOf))
                .apply((all) => all.flatMap((pairs) => pairs[0]?.secretKey ?? []).join("\n")),
        );
        this.trustedPublicKeys = pulumi.unsecret(
            pulumi.all(trusted.map(pairsOf)).apply((all) => all.flat().map((pair) => pair.publicKey)),
        );
        this.secretKeys = pulumi.secret(
            pulumi
                .all(args.kept.map(pairsOf))
                .apply((all) =>
                    Object.fromEntries(
                        all.map((pairs, index) => [args.kept[index] ?? 0, pairs[0]?.secretKey ?? ""]),
                    ),
                ),
        );
        this.registerOutputs({ publicKey: this.publicKey, trustedPublicKeys: this.trustedPublicKeys });
    }

    /** One generation's pair under the name it has, and under the one it was made with where that is another. */
    private key(name: string, generation: number, args: SigningKeysArgs): pulumi.Output<SigningKeyPair[]> {
        const text = new random.RandomPassword(
            `${name}-${generation}`,
            { length: 64, special: false, keepers: { keyName: args.keyName ?? args.firstKeyName } },
            { parent: this, protect: args.protect, ignoreChanges: ["keepers"] },
        );
        const given = args.given?.[generation];
        if (given !== undefined)
            return pulumi.secret(given).apply((secretKey) => [parseSecretKey(secretKey)]);
        return pulumi.all([text.result, text.keepers]).apply(([result, keepers]) => {
            const madeUnder = keepers?.keyName ?? args.firstKeyName;
            const names = new Set([args.keyName ?? madeUnder, madeUnder]);
            return [...names].map((keyName) => signingKeyFromRandomText(`${keyName}-${generation}`, result));
        });
    }
}
