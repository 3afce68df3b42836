import { printable } from "../cache/problem.ts";
import { wrapped } from "../cache/wrap.ts";
import type { Broken } from "./broken.ts";
import type { Removal, RepairPlan } from "./repairPlan.ts";

/** Narinfos of a kind that a person is shown; a program gets all. */
const SHOWN = 10;

type Named = Pick<Broken | Removal, "key" | "path" | "wrong">;

/** A plan for people. @param server the cache's URL */
export function repairLines(plan: RepairPlan, seen: number, server: string): string[] {
    const { pushed, push, remove, left, stuck } = plan;
    const all = pushed.length + left.length + stuck.length + remove.filter((one) => !one.isReferrer).length;
    if (all === 0) return [`nothing is broken: ${seen} narinfos of ${server}`];
    return [
        `${all} of ${seen} narinfos of ${server} are broken`,
        ...part(`pushed again from this machine's store (${push.length} paths):`, pushed),
        ...part("removed, so that hosts go on to the next substituter:", remove),
        ...part("left, since nobody could not use them for their content:", left),
        ...part(
            "left, since this machine's store does not have them, and only the administrator removes:",
            stuck,
        ),
    ];
}

function part(title: string, all: readonly Named[]): string[] {
    if (all.length === 0) return [];
    const shown = all
        .slice(0, SHOWN)
        .flatMap(({ key, path, wrong }) => [
            `  ${printable(path ?? key)}`,
            ...wrong.flatMap((one) => wrapped(printable(one), "      ")),
        ]);
    const more = all.length > SHOWN ? [`  and ${all.length - SHOWN} more`] : [];
    return [...wrapped(title), ...shown, ...more];
}

/** The same for programs. */
export function repairJson({ pushed, push, remove, left, stuck }: RepairPlan): object {
    const named = ({ key, path = null, wrong }: Omit<Named, "path"> & { readonly path?: string | null }) => ({
        path,
        key,
        wrong,
    });
    return {
        push,
        broken: pushed.map(named),
        remove: remove.map(named),
        left: [...left, ...stuck].map(named),
    };
}
