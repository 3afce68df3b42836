/** Columns of a terminal that says nothing about itself, and of a page of text. */
export const COLUMNS = 80;

/**
 * Text in lines of at most 80 columns. A word is never broken: a store path or
 * URL that is longer stands whole on a line of its own.
 *
 * @param first what the first line begins with
 * @param others what each further line begins with. Default: spaces below the text
 */
export function wrapped(text: string, first = "", others = " ".repeat(first.length)): string[] {
    const lines: string[] = [];
    let line = first;
    let isEmpty = true;
    for (const word of text.split(" ")) {
        if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
            lines.push(line);
            line = others;
            isEmpty = true;
        }
        line += isEmpty ? word : ` ${word}`;
        isEmpty = false;
    }
    return [...lines, line];
}

/** Words and the command that they speak of: on one line, or the command whole on its own, to be copied. */
export function withCommand(words: string, command: string, first = ""): string[] {
    const line = `${first}${words}: ${command}`;
    if (line.length <= COLUMNS) return [line];
    return [...wrapped(`${words}:`, first), `${" ".repeat(first.length)}  ${command}`];
}
