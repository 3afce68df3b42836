/**
 * Findings as `drift` prints them, each on one line again: a line that is further
 * in than a finding's first belongs to it, and `->` begins its advice.
 *
 * @param indent columns that findings themselves are indented by. Default: 0
 */
export function unwrapped(text: string, indent = 0): string {
    const further = " ".repeat(indent + 2);
    return text.replaceAll(`\n${further}-> `, "; ").replaceAll(new RegExp(`\n${further} *(?=\\S)`, "g"), " ");
}
