import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/** What Pulumi does to one resource, or would do. */
export interface Step {
    /** `create`, `update`, `delete`, `replace`, `import`, or a part of a replacement, such as `create-replacement`. */
    readonly op: string;
    /** As people read it: `minio:index:S3Bucket`. */
    readonly type: string;
    readonly name: string;
    /** The properties that differ: `~content,+tags`; empty where it is not an update. */
    readonly diff: string;
}

/** What an event of Pulumi's engine says that is of interest here. */
export type Told =
    /** It begins; in a preview: it would be done. */
    | { readonly kind: "begins"; readonly step: Step }
    | { readonly kind: "done"; readonly step: Step }
    | { readonly kind: "warning" | "error"; readonly message: string }
    | { readonly kind: "summary"; readonly changes: Readonly<Partial<Record<string, number>>> };

/** What these do to a resource is a change of it. */
const CHANGES: ReadonlySet<string> = new Set([
    "create",
    "update",
    "delete",
    "replace",
    "import",
    "create-replacement",
    "delete-replaced",
    "import-replacement",
]);

/** Reads an event of the engine (sdk/go/common/apitype/events.go in pulumi/pulumi); undefined: of no interest. */
export function toldBy(event: EngineEvent): Told | undefined {
    if (event.resourcePreEvent !== undefined) return stepOf("begins", event.resourcePreEvent.metadata);
    if (event.resOutputsEvent !== undefined) return stepOf("done", event.resOutputsEvent.metadata);
    if (event.summaryEvent !== undefined)
        return { kind: "summary", changes: event.summaryEvent.resourceChanges };
    const { severity, message = "" } = event.diagnosticEvent ?? {};
    return severity === "warning" || severity === "error"
        ? { kind: severity, message: withoutColors(message).trim() }
        : undefined;
}

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

function stepOf(kind: "begins" | "done", metadata: Metadata): Told | undefined {
    const { op, type, urn } = metadata;
    if (!CHANGES.has(op)) return undefined;
    const name = urn.split("::").slice(3).join("::");
    return { kind, step: { op, type: withoutModule(type), name, diff: diffOf(metadata) } };
}

/** `minio:index/s3Bucket:S3Bucket` is `minio:index:S3Bucket`, as Pulumi prints it. */
function withoutModule(type: string): string {
    return type.replace(/^([^:]+:[^/:]+)\/[^:]+:/, "$1:");
}

const SIGNS: Readonly<Record<string, string>> = { add: "+", delete: "-" };

/** The properties by their first names, each once: a change inside a property is an update of it. */
function diffOf({ op, detailedDiff, diffs }: Metadata): string {
    if (op !== "update" && op !== "replace") return "";
    const detailed = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => {
        const property = /^[^.[]+/.exec(path)?.[0] ?? path;
        const sign = property === path ? (SIGNS[diffKind.replace(/-replace$/, "")] ?? "~") : "~";
        return sign + property;
    });
    const all = detailed.length > 0 ? detailed : (diffs ?? []).map((property) => `~${property}`);
    return [...new Set(all)].join(",");
}

/** Pulumi marks colors in its messages: `<{%reset%}>`. */
function withoutColors(text: string): string {
    return text.replaceAll(/<\{%[^%]*%\}>/g, "");
}
