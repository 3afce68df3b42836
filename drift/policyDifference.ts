/** A policy document that may have come from a server: whatever it is, it is compared, not trusted. */
type Document = unknown;

interface Grants {
    readonly allowed: ReadonlySet<string>;
    readonly denied: ReadonlySet<string>;
}

/**
 * In what two policies differ, in words; empty when they say the same,
 * however they are written (order, one text in place of a list, two
 * statements in place of one).
 */
export function policyDifference(declared: Document, live: Document): string[] {
    const [should, is] = [grants(declared), grants(live)];
    const missing = (from: ReadonlySet<string>, inside: ReadonlySet<string>) =>
        [...from].filter((grant) => !inside.has(grant));
    return [
        ...missing(is.allowed, should.allowed).map((grant) => `allows ${grant}`),
        ...missing(should.allowed, is.allowed).map((grant) => `does not allow ${grant}`),
        ...missing(is.denied, should.denied).map((grant) => `denies ${grant}`),
        ...missing(should.denied, is.denied).map((grant) => `does not deny ${grant}`),
    ];
}

/** Every single permission of a policy, as `ACTION on RESOURCE` with its principal and conditions where it has any. */
function grants(policy: Document): Grants {
    const statements = list((policy as { Statement?: unknown } | undefined)?.Statement) as Record<
        string,
        unknown
    >[];
    const of = (effect: string) =>
        new Set(
            statements
                .filter((statement) => statement.Effect === effect)
                .flatMap((statement) => single(statement)),
        );
    return { allowed: of("Allow"), denied: of("Deny") };
}

function single(statement: Record<string, unknown>): string[] {
    const condition = isEmpty(statement.Condition) ? "" : ` if ${JSON.stringify(statement.Condition)}`;
    const who = principals(statement.Principal);
    const actions = [
        ...list(statement.Action),
        ...list(statement.NotAction).map((action) => `all but ${String(action)}`),
    ];
    const resources = [
        ...list(statement.Resource).map(shortResource),
        ...list(statement.NotResource).map((resource) => `all but ${shortResource(resource)}`),
    ];
    return actions.flatMap((action) =>
        (resources.length === 0 ? [""] : resources.map((resource) => ` on ${resource}`)).map(
            (resource) => `${String(action)}${resource}${who}${condition}`,
        ),
    );
}

function principals(principal: unknown): string {
    if (principal === undefined) return "";
    const names =
        typeof principal === "object" ? list((principal as { AWS?: unknown }).AWS) : list(principal);
    return ` for ${names.map((name) => (name === "*" ? "everyone" : String(name))).join(", ")}`;
}

/** MinIO gives admin actions the resource of everything when it stores them. */
function shortResource(resource: unknown): string {
    return String(resource).replace(/^arn:aws:s3:::/, "");
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
