import type { Member } from "../../store/closure.ts";

/** NARs from so many bytes on go in a lane of their own, of few at a time: they keep both processor and memory busy. */
const LARGE_BYTES = 1024 * 1024;
const LARGE_AT_ONCE = 2;

/** Narinfos and renewals on their way at the same time. */
const SHORT_AT_ONCE = 16;

/** One piece of a push's work: a path's NAR, or what makes the path visible. */
export interface Step {
    readonly member: Member;
    readonly what: "nar" | "path";
}

/** The steps of a push, and what each of them needs. */
export interface Steps {
    readonly items: readonly Step[];
    readonly needs: (step: Step) => Step[];
    readonly lane: (step: Step) => number;
    readonly widths: readonly number[];
}

/**
 * The steps that bring paths into the cache: a path is visible only after its NAR
 * and after all that it refers to.
 *
 * @param order references before who refers to them; what it lacks is not waited for
 * @param hasNar whether a path's NAR is to be uploaded
 */
export function steps(
    order: readonly Member[],
    hasNar: (path: string) => boolean,
    uploadsAtOnce: number,
): Steps {
    const paths = new Map(order.map((member): [string, Step] => [member.path, { member, what: "path" }]));
    const nars = new Map(
        order
            .filter(({ path }) => hasNar(path))
            // What takes longest begins first: it would be alone at the end.
            .sort((a, b) => b.narSize - a.narSize)
            .map((member): [string, Step] => [member.path, { member, what: "nar" }]),
    );
    return {
        items: [...nars.values(), ...paths.values()],
        needs: ({ member: { path, references }, what }) =>
            what === "nar"
                ? []
                : [...(nars.has(path) ? [path] : [])]
                      .flatMap((one) => nars.get(one) ?? [])
                      .concat(references.flatMap((one) => paths.get(one) ?? [])),
        lane: ({ member: { narSize }, what }) => (what === "path" ? 2 : narSize < LARGE_BYTES ? 0 : 1),
        widths: [uploadsAtOnce, Math.min(uploadsAtOnce, LARGE_AT_ONCE), SHORT_AT_ONCE],
    };
}
