import type { Scene } from "./scene.ts";

/** Something that was changed on the server by hand. */
export interface Change {
    readonly name: string;
    readonly make: (scene: Scene) => Promise<unknown>;
    /** One for each line that `nix-cache drift` is to print: a text is the whole line, a RegExp a part of it. */
    readonly seen: (scene: Scene) => readonly (string | RegExp)[];
    /** Whether the change itself removes objects of the cache. Default: false. */
    readonly takesObjects?: boolean;
}
