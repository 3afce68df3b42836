import { UserError } from "../cache/problem.ts";

/** Stops here, with a UserError, where Ctrl-C was pressed. */
export type GoOn = () => void;

/**
 * Does work that changes things so that Ctrl-C stops it between two steps.
 *
 * A terminal sends Ctrl-C to Pulumi too, which ends the step that it is at and
 * notes it; this process stays until then, since the program runs in it. A
 * second Ctrl-C ends all at once.
 *
 * @throws UserError, after Ctrl-C
 */
export async function stoppable<Result>(work: (goOn: GoOn) => Promise<Result>): Promise<Result> {
    const stop = { isAsked: false };
    // It stays on: a library of Pulumi's ends the process at a signal that nobody else listens to.
    const ask = () => {
        if (stop.isAsked) process.exit(130);
        stop.isAsked = true;
        console.error("\nstopping when the step under way is done; Ctrl-C again stops at once");
    };
    const stopped = () => new UserError("stopped");
    process.on("SIGINT", ask);
    try {
        return await work(() => {
            if (stop.isAsked) throw stopped();
        });
    } catch (error) {
        throw stop.isAsked ? stopped() : error;
    } finally {
        process.off("SIGINT", ask);
    }
}
