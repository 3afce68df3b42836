/** One word for every POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
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
    const escaped = text.replaceAll("''", "'''").replaceAll("${", "''${");
    const lines = escaped.replace(/\n$/, "").split("\n");
    const pad = " ".repeat(indent);
    return `''\n${lines.map((line) => (line === "" ? "" : `${pad}  ${line}`)).join("\n")}\n${pad}''`;
}
