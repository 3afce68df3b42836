import { formatPin, pinPointer, type Pin } from "./pin.ts";
import { pinKeys } from "./pinName.ts";

/** Who wrote a pin that stands in the configuration. */
export const STACK = "the stack";

/**
 * The objects of the pins that stand in the configuration. No time is in them:
 * their text must not change by itself, since every change is an update.
 *
 * @param pins store paths by name
 */
export function stackPins(
    pins: Readonly<Record<string, string>>,
): { name: string; content: string; contentType: string }[] {
    return Object.entries(pins).flatMap(([name, path]) => {
        const pin: Pin = {
            name,
            by: STACK,
            written: null,
            until: null,
            ended: false,
            keepRevisions: 1,
            revisions: [{ since: null, paths: [path] }],
        };
        const { pointer, record } = pinKeys(name);
        return [
            { name: record, content: formatPin(pin), contentType: "application/json" },
            { name: pointer, content: pinPointer(pin), contentType: "text/plain; charset=utf-8" },
        ];
    });
}
