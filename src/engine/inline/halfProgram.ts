import * as automation from "@pulumi/pulumi/automation/server.js";

interface Response {
    getError(): string;
    setError(error: string): void;
}

type Callback = (error: Error | null | undefined, response?: Response) => void;

interface LanguageServer {
    program: () => Promise<unknown>;
    run(call: unknown, callback: Callback): Promise<void>;
}

const BROKEN =
    "the connection to Pulumi's engine broke before all resources were declared; run the same command again";

let refusing = false;

/**
 * Makes an inline program that did not come to its end an error.
 *
 * The SDK's server passes over a program that ended with a gRPC error
 * (UNAVAILABLE, CANCELLED) and answers that it ended well, even where the error
 * came before the program's first line; the engine then deletes all that was not
 * declared. What `pulumi` runs by itself is not concerned: there such an error
 * ends the program's process with an error.
 *
 * @throws Error when the SDK has no such server any more
 */
export function refuseHalfAProgram(): void {
    if (refusing) return;
    refusing = true;
    const server = (automation as { LanguageServer?: { prototype: LanguageServer } }).LanguageServer
        ?.prototype;
    if (server === undefined) throw new Error("@pulumi/pulumi has no automation/server.LanguageServer");
    const run = Reflect.get(server, "run");
    server.run = function (call, callback) {
        const { program } = this;
        let ended = false;
        this.program = async () => {
            const outputs = await program();
            ended = true;
            return outputs;
        };
        return run.call(this, call, (error, response) => {
            if (!ended && response?.getError() === "") response.setError(BROKEN);
            const isBroken = !ended && /\b(UNAVAILABLE|CANCELLED): /.test(error?.message ?? "");
            callback(isBroken ? new Error(BROKEN) : error, response);
        });
    };
}
