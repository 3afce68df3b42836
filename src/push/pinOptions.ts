import { DAY_MS } from "../cache/day.ts";
import { isCount, PIN_LIMITS } from "../cache/pin.ts";
import { shown, UserError } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";

/** A hundred years. */
const MOST_DAYS = 36_500;

/** The moment after the last day that `--until` names. @throws UsageError for what is no day to come */
export function untilDate(given: string | undefined, now: Date): Date | undefined {
    if (given === undefined) return undefined;
    const day = /^\d{4}-\d\d-\d\d$/.test(given) ? new Date(`${given}T00:00:00Z`) : undefined;
    // JavaScript takes the 31st of February for the 3rd of March.
    const isDay = day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(given);
    const until = new Date((day?.getTime() ?? 0) + DAY_MS);
    if (isDay && until > now) return until;
    throw new UsageError(`--until is ${shown(given)}; it must be a day to come, as 2027-01-31`);
}

/** The moment so many days from now. @throws UsageError for what is no number of days */
export function keptDays(given: string | undefined, now: Date): Date | undefined {
    if (given === undefined) return undefined;
    const days = /^\d{1,5}$/.test(given) ? Number(given) : 0;
    if (days >= 1 && days <= MOST_DAYS) return new Date(now.getTime() + days * DAY_MS);
    throw new UsageError(`--keep-days is ${shown(given)}; it must be a whole number from 1 to ${MOST_DAYS}`);
}

/** @throws UsageError for what is no such number */
export function keptRevisions(given: string | undefined): number | undefined {
    if (given === undefined) return undefined;
    const count = /^\d{1,3}$/.test(given) ? Number(given) : 0;
    if (isCount(count)) return count;
    throw new UsageError(
        `--keep-revisions is ${shown(given)}; it must be a whole number from 1 to ${PIN_LIMITS.revisions}`,
    );
}

/** @throws UserError when one pin cannot name so many */
export function mustFitPin(paths: readonly string[]): void {
    if (paths.length > PIN_LIMITS.paths)
        throw new UserError(`${paths.length} paths are too many for a pin, which has ${PIN_LIMITS.paths}`);
}
