import type { Declared } from "../cache/declared.ts";
import { withoutStack } from "./forget.ts";
import { askPulumi } from "./pulumi.ts";
import { stackArguments, type Target } from "./target.ts";

interface Exported {
    readonly deployment: {
        readonly resources?: readonly {
            readonly urn: string;
            readonly type: string;
            readonly delete?: boolean;
        }[];
        readonly pending_operations?: readonly unknown[];
    };
}

/**
 * Whether the state has everything that the stack declares, and nothing that
 * waits to be deleted. A heal that was killed between making something on the
 * server and noting it leaves a server as declared and a state that lacks it,
 * which only another `up` puts right.
 */
export async function isStateWhole(target: Target, { urns, builders }: Declared): Promise<boolean> {
    const text = await askPulumi(target.folder, ["stack", "export", ...stackArguments(target)]);
    const { resources = [], pending_operations = [] } = (JSON.parse(text) as Exported).deployment;
    const present = new Set(resources.map(({ urn }) => withoutStack(urn)));
    const declared = [
        urns.bucket,
        urns.anonymousPolicy,
        ...(urns.rules === undefined ? [] : [urns.rules]),
        ...Object.values(urns.objects),
        urns.writePolicy,
        ...Object.values(urns.builders),
    ];
    const attachments = resources.filter(({ type }) => type.endsWith(":IamUserPolicyAttachment"));
    return (
        declared.every((urn) => present.has(withoutStack(urn))) &&
        attachments.length >= Object.keys(builders).length &&
        resources.every((resource) => resource.delete !== true) &&
        pending_operations.length === 0
    );
}
