/** One word for every POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same, left bare where every shell takes it as it is: for commands that people read. */
export function bareWord(text: string): string {
    return /^[0-9A-Za-z%+,./:@_-]+$/.test(text) ? text : shellWord(text);
}

/** Text for a `run:` or `with:` of GitHub Actions, which looks for expressions of its own before any shell does. */
export function withoutExpressions(text: string): string {
    return text.replaceAll("${{", "${{ '${{' }}");
}

/** A comment of a script, of YAML, of a Dockerfile or of Nix: no line end in it begins a line that is none. */
export function comment(text: string): string {
    return text
        .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
        .map((line) => `# ${line}\n`)
        .join("");
}

/** What ends a here-document with this content: a word that none of its lines is. */
export function hereEnd(content: string): string {
    const lines = new Set(content.split("\n"));
    let end = "EOF";
    while (lines.has(end)) end += "F";
    return end;
}

/** A string of the Nix language. */
export function nixString(text: string): string {
    const escaped = text
        .replaceAll(/["\\]/g, "\\$&")
        .replaceAll("${", "\\${")
        .replaceAll("\n", "\\n")
        .replaceAll("\r", "\\r");
    return `"${escaped}"`;
}

/** A string of the Nix language over several lines, indented by so many blanks; it ends with a line end. */
export function nixLines(text: string, indent: number): string {
    // Each by itself: a quote just before `${` would take away the quotes that escape that.
    const escaped = text.replaceAll(/['$]/g, "''\\$&");
    const lines = escaped.replace(/\n$/, "").split("\n");
    const pad = " ".repeat(indent);
    return `''\n${lines.map((line) => (line === "" ? "" : `${pad}  ${line}`)).join("\n")}\n${pad}''`;
}
