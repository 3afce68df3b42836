import { getSystemErrorMap } from "node:util";

/** What Node throws when the system refuses something: it has the system's number, and mostly the file that it is about. */
export interface SystemError extends Error {
    readonly errno: number;
    readonly code: string;
    readonly path?: string;
}

/** Whether this machine's system refused something, rather than anybody else. */
export function isSystemError(error: unknown): error is SystemError {
    return error instanceof Error && "errno" in error && typeof error.errno === "number" && "code" in error;
}

/** The system's own words, without codes: `no space left on device`. */
export function systemReason({ errno, message }: SystemError): string {
    return getSystemErrorMap().get(errno)?.[1] ?? message.split("\n")[0] ?? message;
}

/** The same with the file that it is about: `/var/lib/x: no space left on device`. */
export function systemWords(error: SystemError): string {
    return error.path === undefined ? systemReason(error) : `${error.path}: ${systemReason(error)}`;
}

/** Whether the system refused it with this code, as in errno(3). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
    return isSystemError(error) && codes.includes(error.code);
}
