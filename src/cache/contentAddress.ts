import { createHash } from "node:crypto";
import type { NarInfo } from "./narinfo.ts";
import { STORE_DIR, byBytes, storePathOf } from "./nar.ts";
import { decodeNixBase32 } from "./nixBase32.ts";

/**
 * Whether a path follows from its content, as its field `CA` says. Nix then
 * needs no signature; a field that only says so counts for nothing.
 *
 * Source: Nix manual, "Complete Store Path Calculation"; `ValidPathInfo::isContentAddressed`.
 */
export function isContentAddressed({ storePath, ca, references }: NarInfo): boolean {
    const [, text, recursive, algorithm = "", base32 = ""] =
        /^(?:(text)|fixed(:r)?):(md5|sha1|sha256|sha512):([0-9a-z]+)$/.exec(ca ?? "") ?? [];
    let hash: string;
    try {
        hash = decodeNixBase32(base32).toString("hex");
    } catch {
        return false;
    }
    if (hash === "") return false;
    const own = storePath.slice(STORE_DIR.length + 1);
    const name = own.slice(33);
    const others = references
        .filter((reference) => reference !== own)
        .map((reference) => `${STORE_DIR}/${reference}`)
        .sort(byBytes);
    const self = others.length < references.length;
    if (text !== undefined)
        return !self && storePath === storePathOf(["text", ...others].join(":"), hash, name);
    if (recursive !== undefined && algorithm === "sha256")
        return (
            storePath === storePathOf(["source", ...others, ...(self ? ["self"] : [])].join(":"), hash, name)
        );
    if (references.length > 0) return false;
    const inner = `fixed:out:${recursive === undefined ? "" : "r:"}${algorithm}:${hash}:`;
    return storePath === storePathOf("output:out", createHash("sha256").update(inner).digest("hex"), name);
}
