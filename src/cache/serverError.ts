import { UserError } from "./problem.ts";

/** The server does not answer (no name, no route, no TLS, no time), or does not do what it is asked. The message is one line. */
export class ServerError extends UserError {
    override readonly name: string = "ServerError";
}

/** The server answers with more than such an answer may have. The rest was not read. */
export class TooLarge extends ServerError {
    override readonly name = "TooLarge";
    /** Bytes, where the server said them. */
    readonly size: number | undefined;

    constructor(message: string, size: number | undefined) {
        super(message);
        this.size = size;
    }
}
