import { strFromU8, unzipSync } from "fflate";
import type { Answer } from "./request.ts";

/** Text files of an export by their names without folders. */
export type Files = Readonly<Record<string, string>>;

/** The files of an export, which is a zip. */
export function unpack(answer: Answer): Files {
    const entries = Object.entries(unzipSync(answer.body));
    return Object.fromEntries(entries.map(([name, data]) => [name.replace(/^.*\//, ""), strFromU8(data)]));
}

/** A file of JSON in an export; an empty object where it is not there. */
export function json<T>(files: Files, name: string): Record<string, T> {
    return JSON.parse(files[name] ?? "{}") as Record<string, T>;
}
