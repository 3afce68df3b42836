import * as pulumi from "@pulumi/pulumi";

/** A resource as a program under mocks asked for it. */
export interface Recorded {
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Names of the inputs that are marked secret. */
    readonly secrets: readonly string[];
    readonly options: pulumi.CustomResourceOptions;
}

/** Everything that a program made under mocks. */
export interface Recording<T> {
    readonly made: T;
    /** By `type name`, the type without its package's folders: `minio:S3Bucket cache-bucket`. */
    readonly resources: Readonly<Record<string, Recorded>>;
}

/** The outputs of random passwords: as long as was asked for, and known to the tests. */
export function mockPassword(name: string, length: number): string {
    return `${name.replaceAll(/[^0-9A-Za-z]/g, "0")}${"x".repeat(length)}`.slice(0, length);
}

/**
 * Runs a program with Pulumi's mocks in the engine's place.
 *
 * @param program is given the options that its outermost component must be made with
 */
export async function record<T>(
    program: (opts: pulumi.ComponentResourceOptions) => T,
): Promise<Recording<T>> {
    const asked: pulumi.ResourceTransformationArgs[] = [];
    const mocks: pulumi.runtime.Mocks = {
        newResource: ({ name, inputs, custom }) => {
            const own = inputs as Record<string, unknown>;
            const state =
                typeof own.length === "number"
                    ? // The engine marks this output of the real plugin as secret.
                      { ...own, result: pulumi.secret(mockPassword(name, own.length)) }
                    : own;
            return { id: custom === true ? `${name}-id` : undefined, state };
        },
        call: () => ({}),
    };
    // By name, since what another test has set stays.
    await pulumi.runtime.setMocks(mocks, "project", "stack");
    const made = program({
        transformations: [
            (args) => {
                asked.push(args);
                return undefined;
            },
        ],
    });
    const entries: [string, Recorded][] = [];
    for (const { name, type, props, opts, resource } of asked) {
        // Known once the resource is registered, so an error in that is not lost.
        await value(resource.urn);
        const inputs: Record<string, unknown> = {};
        const secrets: string[] = [];
        for (const [key, input] of Object.entries(props)) {
            const output = pulumi.output(input as pulumi.Input<unknown>);
            if (await pulumi.isSecret(output)) secrets.push(key);
            const plain: unknown = await value(output);
            if (plain !== undefined) inputs[key] = plain;
        }
        entries.push([`${type.replace(/:.*:/, ":")} ${name}`, { inputs, secrets, options: opts }]);
    }
    return { made, resources: Object.fromEntries(entries) };
}

/** An output's value; under mocks it is always known. */
export function value<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
    return new Promise((resolve) => {
        pulumi.output(output).apply((known) => resolve(known));
    });
}
