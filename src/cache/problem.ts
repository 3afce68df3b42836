/** One thing that is wrong with what was asked for. */
export interface Problem {
    /** The setting's name, as in `NixCacheArgs` and in the stack's configuration, for example `expireDays`. */
    readonly setting: string;
    /** What is wrong with it, with the value where that is no secret: `is "3.5"`. */
    readonly wrong: string;
    /** What would be right: `a whole number from 0 to 36500`. */
    readonly allowed: string;
}

/**
 * Text of somebody else (a name on the server, what a program said) for a
 * terminal: control characters, which a terminal would obey, are written as
 * `\\u001b`, line ends and tabs too.
 */
export function printable(text: string): string {
    return text.replaceAll(
        /[\p{Cc}\u2028\u2029]/gu,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** A value in a message: quoted, on one line, and not longer than a terminal is wide. */
export function shown(value: unknown): string {
    const text = value === undefined ? "nothing" : printable(JSON.stringify(value));
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * A user's mistake, or something on the server that the stack will not touch.
 * Its message is one line that says what to do; it is shown without a stack trace.
 * It does not say whether anything has been changed: see {@link nothingChanged}.
 */
export class UserError extends Error {
    override readonly name: string = "UserError";

    /** @param message may have several lines; what else a terminal would obey in it is made visible */
    constructor(message: string, options?: ErrorOptions) {
        super(message.split("\n").map(printable).join("\n"), options);
    }
}

/**
 * A message with a sentence that says that nothing was done. Only who runs the
 * whole of it knows that, so no error that is thrown on the way says it.
 */
export function nothingChanged(message: string): string {
    return /nothing has been changed\.?$/i.test(message) ? message : `${message}. Nothing has been changed.`;
}
