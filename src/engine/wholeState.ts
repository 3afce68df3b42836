import type { Declared } from "../cache/declared.ts";
import { askPulumi } from "./pulumi.ts";
import { stackArguments, type Target } from "./target.ts";

/** What the state holds; no secret is read for it. */
export interface Deployment {
    readonly resources?: readonly {
        readonly urn: string;
        readonly type: string;
        readonly delete?: boolean;
        readonly outputs?: Readonly<Record<string, unknown>>;
    }[];
    readonly pending_operations?: readonly unknown[];
}

/** Reads the stack's state. */
export async function readResources(target: Target): Promise<Deployment> {
    const text = await askPulumi(target.folder, ["stack", "export", ...stackArguments(target)]);
    return (JSON.parse(text) as { deployment: Deployment }).deployment;
}

/** Whether the stack was deployed to its end by this project, once at least. */
export function wasDeployed({ resources = [] }: Deployment): boolean {
    return resources.some(
        ({ type, outputs }) => type === "pulumi:pulumi:Stack" && outputs?.declared !== undefined,
    );
}

/**
 * Whether the state has everything that the stack declares, and nothing that
 * waits to be deleted. A heal that was killed between making something on the
 * server and noting it leaves a server as declared and a state that lacks it,
 * which only another `up` puts right.
 */
export function isStateWhole(
    { resources = [], pending_operations = [] }: Deployment,
    { urns, builders, pinners = {} }: Declared,
): boolean {
    const present = new Set(resources.map(({ urn }) => withoutStack(urn)));
    const declared = [
        urns.bucket,
        urns.anonymousPolicy,
        ...(urns.rules === undefined ? [] : [urns.rules]),
        ...Object.values(urns.objects),
        urns.writePolicy,
        ...Object.values(urns.builders),
        ...(urns.pinPolicy === undefined ? [] : [urns.pinPolicy]),
        ...Object.values(urns.pinners ?? {}),
    ];
    const attachments = resources.filter(({ type }) => type.endsWith(":IamUserPolicyAttachment"));
    return (
        declared.every((urn) => present.has(withoutStack(urn))) &&
        attachments.length >= Object.keys({ ...builders, ...pinners }).length &&
        resources.every((resource) => resource.delete !== true) &&
        pending_operations.length === 0
    );
}

/** A URN without the stack's name: outputs keep the one that the stack had when it was last deployed, `pulumi stack rename` or not. */
export function withoutStack(urn: string): string {
    return urn.slice(urn.indexOf("::"));
}
