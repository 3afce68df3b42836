import { UserError } from "./problem.ts";

/** Wrong use of the command line: an option that is missing, or whose value is not one that it takes. Exit status 2. */
export class UsageError extends UserError {
    override readonly name = "UsageError";
}
