import type { Backup } from "./backupFile.ts";
import { canonical, isSameContent, publicKeysOf, type BackupContents } from "./backupContents.ts";

/** What is known of the backup that is there: opened, described beside it, or nothing. */
export type Earlier =
    { readonly content: Backup } | { readonly contents: BackupContents } | { readonly unknown: true };

/** How a new backup stands to the one that is there. */
export interface Comparison {
    /**
     * `same`: in everything, so that the new one may take its place; `more`: all keys of the
     * earlier one are in it; `fewer`: not all of them; `foreign`: another stack's, with other
     * keys; `unknown`: the earlier one cannot be opened.
     */
    readonly kind: "same" | "more" | "fewer" | "foreign" | "unknown";
    /** The earlier one's public keys that the new one has not. */
    readonly missing: readonly string[];
    /** The earlier one's builders that the new one has not. */
    readonly missingBuilders: readonly string[];
    /** The earlier one's stack; undefined: unknown. */
    readonly stack?: string;
    /** When the earlier one was written, ISO 8601; undefined: unknown. */
    readonly written?: string;
}

/** Compares a new backup with the one that is there. */
export function compare(earlier: Earlier, now: Backup): Comparison {
    if ("unknown" in earlier) return { kind: "unknown", missing: [], missingBuilders: [] };
    const { stack, written, publicKeys, builders, same } = summary(earlier, now);
    // A key that got another name (`keyName`) is the same key.
    const bytes = (key: string) => key.slice(key.indexOf(":"));
    const has = new Set(Object.values(publicKeysOf(now)).map(bytes));
    const missing = publicKeys.filter((key) => !has.has(bytes(key)));
    const missingBuilders = builders.filter((name) => !Object.hasOwn(now.builderSecrets, name));
    // A stack that was restored under another name has the keys of the one that it was.
    const foreign = nameOf(stack) !== nameOf(now.stack) && missing.length > 0;
    const kind = same ? "same" : foreign ? "foreign" : missing.length > 0 ? "fewer" : "more";
    return { kind, missing, missingBuilders, stack, written };
}

function summary(earlier: Exclude<Earlier, { unknown: true }>, now: Backup) {
    if ("content" in earlier) {
        const { content } = earlier;
        return {
            stack: content.stack,
            written: content.written,
            publicKeys: Object.values(publicKeysOf(content)),
            builders: Object.keys(content.builderSecrets),
            same: canonical(content) === canonical(now),
        };
    }
    const { contents } = earlier;
    return {
        stack: contents.stack,
        written: contents.written,
        publicKeys: Object.values(contents.publicKeys),
        builders: contents.builders,
        same: isSameContent(contents, now),
    };
}

/** `organization/project/homelab` and `homelab` are the same stack. */
function nameOf(stack: string): string {
    return stack.slice(stack.lastIndexOf("/") + 1);
}
