/** A piece of HTML. What became one was escaped on the way. */
export class Html {
    readonly text: string;

    constructor(text: string) {
        this.text = text;
    }
}

type Value = string | number | Html | readonly Html[];

/**
 * Makes HTML of a template. Every text put into it is escaped, for an element's
 * content and for an attribute in quotes alike: there is no other way in.
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
    const rest = values.map((value, index) => `${written(value)}${parts[index + 1] ?? ""}`);
    return new Html(`${parts[0] ?? ""}${rest.join("")}`);
}

/** Nothing. */
export const NONE = new Html("");

function written(value: Value): string {
    if (value instanceof Html) return value.text;
    return typeof value === "object" ? value.map(({ text }) => text).join("") : escape(String(value));
}

function escape(text: string): string {
    return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
