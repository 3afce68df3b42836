/**
 * Whether a name fits a pattern as a shell's: `*` stands for any characters,
 * none of them too, `?` for one. All others stand for themselves.
 *
 * In time linear in the name for each `*`: a pattern is typed by a person, but a
 * regular expression made of it can take for ever.
 */
export function fitsPattern(pattern: string, name: string): boolean {
    let [p, n] = [0, 0];
    let star: { readonly p: number; n: number } | undefined;
    while (n < name.length) {
        const wanted = pattern[p];
        if (wanted === "*") {
            star = { p: ++p, n };
        } else if (wanted === name[n] || wanted === "?") {
            p++;
            n++;
        } else if (star !== undefined) {
            // The last star takes one character more.
            p = star.p;
            n = ++star.n;
        } else {
            return false;
        }
    }
    while (pattern[p] === "*") p++;
    return p === pattern.length;
}
