/** More would be a mistake in typing: each is a resource of its own in the state. */
export const MAX_GENERATION = 100;

/** The settings that say which keys there are. */
interface GenerationSettings {
    readonly keyGeneration: number;
    readonly trustedGenerations: readonly number[];
}

/**
 * Every generation that the stack keeps a key of: those that are or were in use stay in the state.
 *
 * @param before those that it keeps now; a number that goes back must not drop
 * a key, for it would be another one under the same name when it comes again
 */
export function keptGenerations(settings: GenerationSettings, before: readonly number[] = []): number[] {
    return upTo(Math.max(settings.keyGeneration, ...settings.trustedGenerations, ...before));
}

/** 1, 2, … up to a generation; none when it is no such number (the checks say so, not this). */
export function upTo(generation: number | undefined): number[] {
    const last = generation !== undefined && Number.isSafeInteger(generation) ? generation : 0;
    const count = Math.min(Math.max(last, 0), MAX_GENERATION);
    return Array.from({ length: count }, (_, index) => index + 1);
}
