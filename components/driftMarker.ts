import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Arguments of {@link DriftMarker}. */
export interface DriftMarkerArgs {
    /** One line for each difference between the server and the stack; none when it is as declared. */
    readonly findings: readonly string[];
}

/**
 * Makes what was changed by hand a change in the engine's eyes.
 *
 * The provider does not see most of it, so this resource, which stands for
 * nothing on the server, is replaced for as long as there are findings: its
 * keepers hold them and the time. `pulumi preview --expect-no-changes` then
 * fails and its diff shows them, and `pulumi up` is not stopped. Without
 * findings the keepers are ignored, and it is quiet again.
 */
export class DriftMarker extends pulumi.ComponentResource {
    constructor(name: string, args: DriftMarkerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:DriftMarker", name, {}, opts);

        const numbered = args.findings.map((finding, index) => [`finding ${index + 1}`, finding] as const);
        const drifted = numbered.length > 0;
        new random.RandomUuid(
            name,
            { keepers: drifted ? { ...Object.fromEntries(numbered), seen: new Date().toISOString() } : {} },
            { parent: this, ...(drifted ? {} : { ignoreChanges: ["keepers"] }) },
        );
        this.registerOutputs({});
    }
}
