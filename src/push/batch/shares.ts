import type { Member } from "../../store/closure.ts";

/**
 * Gives each path of the closures to the first of those who were asked for that
 * has it in its closure: so each is counted once, and all closures together cost
 * no more than their paths.
 *
 * @returns what each of the asked brings, itself included
 */
export function shares(
    asked: readonly string[],
    members: ReadonlyMap<string, Member>,
): Map<string, readonly Member[]> {
    const seen = new Set<string>();
    const all = new Map<string, readonly Member[]>();
    for (const root of asked) {
        const share: Member[] = [];
        const open = [root];
        for (let path = open.pop(); path !== undefined; path = open.pop()) {
            const member = members.get(path);
            if (member === undefined || seen.has(path)) continue;
            seen.add(path);
            share.push(member);
            for (const reference of member.references) open.push(reference);
        }
        all.set(root, share);
    }
    return all;
}
