/** One permission of a policy: an action on a resource, for somebody, perhaps under a condition. */
export interface Grant {
    readonly effect: "allow" | "deny";
    /** `s3:GetObject`, with `*` and `?` as wildcards; `all but X` for a NotAction. */
    readonly action: string;
    /** Without `arn:aws:s3:::`, with wildcards; empty where the policy names none; `all but X` for a NotResource. */
    readonly resource: string;
    /** `everyone`, or who is named; empty in a policy that is attached to users. */
    readonly who: string;
    /** The condition as JSON; empty: none. */
    readonly condition: string;
}

/** Every single permission of a policy document, which may have come from a server: whatever it is, it is compared, not trusted. */
export function grantsOf(policy: unknown): Grant[] {
    const statements = list((policy as { Statement?: unknown } | undefined)?.Statement);
    return statements
        .filter((statement) => typeof statement === "object" && statement !== null)
        .flatMap((statement) => single(statement as Record<string, unknown>))
        .filter(hasEffect);
}

/** Whether the first lets (or forbids) all that the second does. */
export function covers(wide: Grant, narrow: Grant): boolean {
    return (
        wide.effect === narrow.effect &&
        matches(wide.action, narrow.action) &&
        (wide.resource === narrow.resource || matches(wide.resource, narrow.resource)) &&
        (wide.who === narrow.who || wide.who === "everyone") &&
        (wide.condition === "" || wide.condition === narrow.condition)
    );
}

/** A permission without its effect: `s3:GetObject on nix-cache/* for everyone`. */
export function grantWords({ action, resource, who, condition }: Grant): string {
    return [
        action,
        ...(resource === "" ? [] : [`on ${resource}`]),
        ...(who === "" ? [] : [`for ${who}`]),
        ...(condition === "" ? [] : [`if ${condition}`]),
    ].join(" ");
}

/**
 * Whether a pattern of a policy (`s3:Get*`) meets a name or another pattern.
 *
 * In steps, and not by a regular expression made of it: a policy on the server
 * with many `*` would keep that busy for hours.
 */
export function matches(pattern: string, name: string): boolean {
    if (pattern === name) return true;
    if (pattern.startsWith("all but ") || name.startsWith("all but ")) return false;
    let [at, inPattern] = [0, 0];
    /** Where to go on when what follows the last star does not fit: the star takes one letter more. */
    let star: { readonly next: number; readonly from: number } | undefined;
    while (at < name.length) {
        const expected = pattern[inPattern];
        if (expected === "*") {
            star = { next: ++inPattern, from: at };
        } else if (expected === "?" || expected === name[at]) {
            at += 1;
            inPattern += 1;
        } else if (star !== undefined) {
            star = { next: star.next, from: star.from + 1 };
            [at, inPattern] = [star.from, star.next];
        } else return false;
    }
    return /^\**$/.test(pattern.slice(inPattern));
}

function single(statement: Record<string, unknown>): Grant[] {
    const effect = statement.Effect === "Deny" ? "deny" : "allow";
    const condition = isEmpty(statement.Condition) ? "" : JSON.stringify(statement.Condition);
    const who = principals(statement.Principal);
    const actions = either(statement.Action, statement.NotAction);
    const resources = either(statement.Resource, statement.NotResource).map((resource) =>
        resource.replace("arn:aws:s3:::", ""),
    );
    return actions.flatMap((action) =>
        (resources.length === 0 ? [""] : resources).map((resource) => ({
            effect,
            action,
            resource: onBucket(action) ? resource.replace(/^([^*?/]+)\/\*$/, "$1") : resource,
            who,
            condition,
        })),
    );
}

/** MinIO asks for these with the bucket alone, which `BUCKET/*` meets as well as `BUCKET`. */
function onBucket(action: string): boolean {
    return /^s3:\w*Bucket\w*$/.test(action);
}

/** A permission on objects means nothing on a bucket: `s3:GetObject` on `nix-cache` lets nobody read. */
function hasEffect({ action, resource }: Grant): boolean {
    const onObjects = /^s3:(\w*Object\w*|AbortMultipartUpload|ListMultipartUploadParts)$/.test(action);
    return !onObjects || onBucket(action) || /[/*?]/.test(resource);
}

function principals(principal: unknown): string {
    if (principal === undefined) return "";
    const names =
        typeof principal === "object" ? list((principal as { AWS?: unknown } | null)?.AWS) : list(principal);
    return names
        .map((name) => (name === "*" ? "everyone" : String(name)))
        .sort()
        .join(", ");
}

function either(these: unknown, notThese: unknown): string[] {
    return [...list(these).map(String), ...list(notThese).map((one) => `all but ${String(one)}`)];
}

function list(value: unknown): unknown[] {
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : [value];
}

function isEmpty(value: unknown): boolean {
    return (
        value === undefined ||
        value === null ||
        (typeof value === "object" && Object.keys(value).length === 0)
    );
}
