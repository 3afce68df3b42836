import { byBytes } from "../cache/nar.ts";
import { fullPath, isStorePath } from "../cache/storePath.ts";

/** What the local store knows of one path. */
export interface Member {
    /** Full store path. */
    readonly path: string;
    /** Full store paths, without itself. */
    readonly references: readonly string[];
    /** `sha256:…`, or SRI in newer versions of Nix. */
    readonly narHash: string;
    /** Bytes. */
    readonly narSize: number;
    /** Each `NAME:base64`. */
    readonly signatures: readonly string[];
    /** Whether it refers to itself too, which its signature covers. Default: it does not. */
    readonly refersToItself?: true;
    /** Full store path of the derivation that built it. Default: unknown. */
    readonly deriver?: string;
    /** How the path follows from its content alone, as a narinfo says it (`fixed:r:sha256:…`). Default: it does not. */
    readonly ca?: string;
}

interface Info {
    path?: string;
    references?: string[];
    narHash?: string;
    narSize?: number;
    signatures?: string[];
    deriver?: string | null;
    ca?: unknown;
}

/**
 * Reads what `nix path-info --json --recursive` prints: a list of objects (Nix
 * to 2.18), an object by full path (from 2.19), or `{ info, … }` by base name
 * (`--json-format 2`).
 *
 * @throws Error when a path is not valid, or this is no such text
 */
export function parsePathInfo(json: string): Member[] {
    const given = JSON.parse(json) as Info[] | Record<string, Info | null>;
    if (Array.isArray(given)) return given.map((info) => member(info.path ?? "", info));
    const byPath = hasInfo(given) ? given.info : given;
    return Object.entries(byPath).map(([path, info]) => member(path, info));
}

/** Format 2 has other fields beside the paths; no path is called `info`. */
function hasInfo(given: object): given is { info: Record<string, Info | null> } {
    return "info" in given;
}

function member(name: string, info: Info | null): Member {
    const path = fullPath(name);
    if (info?.narHash === undefined) throw new Error(`${path} is not in the store`);
    const references = (info.references ?? []).map(fullPath);
    const others = references.filter((reference) => reference !== path);
    const { deriver, ca } = info;
    return {
        path,
        references: others,
        narHash: info.narHash,
        narSize: info.narSize ?? 0,
        signatures: info.signatures ?? [],
        ...(others.length < references.length ? { refersToItself: true } : {}),
        ...(typeof deriver === "string" && isStorePath(fullPath(deriver))
            ? { deriver: fullPath(deriver) }
            : {}),
        // Format 2 has an object in its place, which is not asked for.
        ...(typeof ca === "string" && ca !== "" ? { ca } : {}),
    };
}

/**
 * Puts every path after all that it refers to, so that who sees one in the
 * cache finds the whole of its closure there. Among equals the order is that
 * of their names, so it is always the same.
 *
 * @param onCircle what to do when they refer to one another in a circle, which no store has; where it
 *   returns, the reference that closes the circle is passed over. Default: it is an error
 * @throws Error by default, for such a circle
 */
export function closureOrder<One extends Pick<Member, "path" | "references">>(
    members: readonly One[],
    onCircle: (path: string, by: string) => void = refuseCircle,
): One[] {
    const byPath = new Map(members.map((member) => [member.path, member]));
    const state = new Map<string, "open" | "done">();
    const ordered: One[] = [];
    // Not recursive: a closure can be thousands of paths deep.
    for (const start of [...members].sort((a, b) => byBytes(a.path, b.path))) {
        const stack = [start];
        for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
            if (state.get(at.path) === "done") {
                stack.pop();
                continue;
            }
            state.set(at.path, "open");
            const next = at.references
                .flatMap((reference) => byPath.get(reference) ?? [])
                .filter(({ path }) => {
                    const is = state.get(path);
                    if (is === "open") onCircle(path, at.path);
                    return is === undefined;
                });
            if (next.length === 0) {
                state.set(at.path, "done");
                ordered.push(at);
                stack.pop();
            } else {
                stack.push(...next);
            }
        }
    }
    return ordered;
}

/** Whether a path carries a signature whose key has one of these names, as what came from a public cache does. */
export function isSignedBy(member: Member, keyNames: readonly string[]): boolean {
    return member.signatures.some((signature) => keyNames.includes(signature.split(":")[0] ?? ""));
}

function refuseCircle(path: string, by: string): never {
    throw new Error(`${path} refers to itself by way of ${by}`);
}
