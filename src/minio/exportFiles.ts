import { strFromU8, unzipSync } from "fflate";
import type { Answer } from "../s3/connection.ts";
import { ServerError } from "../cache/serverError.ts";

/** Text files of an export by their names without folders. */
export type Files = Readonly<Record<string, string>>;

/** Bytes of all files of an export together: a few kilobytes of a zip can say that they are gigabytes. */
const UNPACKED_BYTES = 256 * 1024 * 1024;

/**
 * The files of an export, which is a zip.
 *
 * @throws ServerError when it is none, or would be too large
 */
export function unpack(answer: Answer): Files {
    let left = UNPACKED_BYTES;
    try {
        const entries = unzipSync(answer.body, {
            // A file is given no more room than it says here.
            filter: ({ originalSize }) => {
                left -= originalSize;
                if (left < 0) throw new Error("they are larger than 256 MiB");
                return true;
            },
        });
        return Object.fromEntries(
            Object.entries(entries).map(([name, data]) => [name.replace(/^.*\//, ""), strFromU8(data)]),
        );
    } catch (error) {
        throw new ServerError(
            `the server's export of its settings cannot be unpacked: ${(error as Error).message}`,
            { cause: error },
        );
    }
}

/**
 * A file of JSON in an export; an empty object where it is not there.
 *
 * @throws ServerError when it is no JSON
 */
export function json<T>(files: Files, name: string): Record<string, T> {
    try {
        return JSON.parse(files[name] ?? "{}") as Record<string, T>;
    } catch (error) {
        throw new ServerError(`${name} in the server's export of its settings is no JSON`, { cause: error });
    }
}
