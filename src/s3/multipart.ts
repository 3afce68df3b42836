import type { Answer } from "./connection.ts";
import { PathError } from "../cache/faults.ts";

/** @throws PathError: S3 may answer 200 before it knows, and say in the body that it failed */
export function mustBeTogether({ status, body }: Answer, key: string): void {
    if (status >= 300 || body.includes("<Error>"))
        throw new PathError(`${key} could not be put together from its parts`);
}

/** The text of the one element of this name: these answers hold no more than that. */
export function tag({ body }: Answer, name: string): string {
    const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(body.toString("utf8"))?.[1];
    if (value === undefined) throw new PathError(`the server's answer has no ${name}`);
    return value;
}
