/**
 * What is at fault, for whoever mends it: the narinfo, which no host can use; its
 * signature; its NAR; what it refers to; when its NAR goes; the FileHash, which hosts
 * do not look at; or the answer: not the content, but who may read it, or the server.
 */
export type Fault = "narinfo" | "signature" | "nar" | "reference" | "expiry" | "file hash" | "answer";

/** What one narinfo was found to be. */
export interface Finding {
    /** The narinfo's object name. */
    readonly key: string;
    /** Its store path; undefined where it does not say, or says another one's. */
    readonly path?: string;
    /** Which check it belongs to. */
    readonly about: "content" | "expiry" | "order" | "references";
    readonly result: "failure" | "warning";
    readonly fault: Fault;
    /** Name of what it refers to and is not there, where that is what is wrong. */
    readonly missing?: string;
    /** What is wrong, without the path's name. */
    readonly wrong: string;
}

/** How a person finds it: by its store path, or where it has none, by its object. */
export function nameOf({ path, key }: Pick<Finding, "path" | "key">): string {
    return path ?? key;
}
