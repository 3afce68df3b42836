import { createHash } from "node:crypto";
import { nixSha256, serialiseNar, textStorePath } from "../../../src/cache/nar.ts";
import { formatNarinfo, signNarinfo, type NarInfo } from "../../../src/cache/narinfo.ts";

/** A store path as a cache holds it: a narinfo and a NAR. */
export interface Path {
    /** The narinfo's object name. */
    readonly key: string;
    readonly info: NarInfo;
    readonly nar: Buffer;
}

/**
 * Small store paths as Nix would push them: text files of which each refers to
 * the one before it.
 *
 * @param secretKey signs them, `NAME:BASE64`
 * @param alike how many in a row have the same contents, and so the same NAR. Default: 1
 */
export function* signedPaths(count: number, secretKey: string, alike = 1): Generator<Path> {
    let before: string | undefined;
    for (let number = 0; number < count; number++) {
        const references = before === undefined ? [] : [before];
        const contents = createHash("sha256")
            .update(String(Math.floor(number / alike)))
            .digest("hex");
        const storePath = textStorePath({ name: `path-${number}`, contents, references });
        const nar = serialiseNar({ type: "regular", contents });
        const narHash = nixSha256(nar);
        const info = signNarinfo(
            {
                storePath,
                url: `nar/${narHash.slice("sha256:".length)}.nar`,
                compression: "none",
                narHash,
                narSize: nar.length,
                references: references.map((path) => path.slice("/nix/store/".length)),
                signatures: [],
            },
            secretKey,
        );
        yield { key: `${storePath.slice("/nix/store/".length).slice(0, 32)}.narinfo`, info, nar };
        before = storePath;
    }
}

/** A narinfo's text, changed after it was signed if a change is given. */
export function narinfoText({ info }: Path, change: Partial<NarInfo> = {}): string {
    return formatNarinfo({ ...info, ...change });
}
