/** What one narinfo was found to be. */
export interface Finding {
    /** The narinfo's object name. */
    readonly key: string;
    /** Its store path; undefined where it does not say, or says another one's. */
    readonly path?: string;
    /** Which check it belongs to. */
    readonly about: "content" | "expiry" | "order" | "references";
    readonly result: "failure" | "warning";
    /** What is wrong, without the path's name. */
    readonly wrong: string;
}

/** How a person finds it: by its store path, or where it has none, by its object. */
export function nameOf({ path, key }: Pick<Finding, "path" | "key">): string {
    return path ?? key;
}
