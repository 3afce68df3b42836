import type { Scene } from "./scene.ts";

/** Something that was changed on the server by hand. */
export interface Change {
    readonly name: string;
    /** Whether it is one of those that the project promises by name. Default: false, and it is made together with others. */
    readonly listed?: boolean;
    readonly make: (scene: Scene) => Promise<unknown>;
    /** One for each line that `nix-cache drift` is to print: a text is the whole line, a RegExp a part of it. */
    readonly seen: (scene: Scene) => readonly (string | RegExp)[];
    /** Whether the change itself removes objects of the cache. Default: false. */
    readonly takesObjects?: boolean;
}

/** Several changes as one. */
export function together(changes: readonly Change[]): Change {
    return {
        name: changes.map(({ name }) => name).join("; "),
        make: async (scene) => {
            for (const { make } of changes) await make(scene);
        },
        seen: (scene) => changes.flatMap(({ seen }) => seen(scene)),
        takesObjects: changes.some(({ takesObjects }) => takesObjects),
    };
}

/**
 * The changes of several topics in rounds: the listed ones, and those that
 * remove objects, each alone, the others one of each topic at a time. With
 * NIX_CACHE_TEST_EACH=1 every one is alone.
 */
export function rounds(topics: readonly (readonly Change[])[]): Change[] {
    const isAlone = ({ listed, takesObjects }: Change) =>
        listed === true || takesObjects === true || process.env.NIX_CACHE_TEST_EACH === "1";
    const others = topics.map((changes) => changes.filter((change) => !isAlone(change)));
    const longest = Math.max(...others.map(({ length }) => length));
    const combined = Array.from({ length: longest }, (_, round) =>
        together(others.flatMap((changes) => changes.slice(round, round + 1))),
    );
    return [...topics.flat().filter(isAlone), ...combined];
}
