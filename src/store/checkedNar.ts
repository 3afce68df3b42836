import { createHash } from "node:crypto";
import { PathError } from "../cache/faults.ts";
import { canonicalSha256, sha256Text } from "../cache/sha256.ts";
import type { Member } from "./closure.ts";
import { dumpPath } from "./dumpPath.ts";
import { narOf, type NarOptions } from "./narStream.ts";
import type { Nix } from "./nix.ts";
import { placeOf } from "./storePlace.ts";

/**
 * The NAR of a path, from the disk or from Nix, which ends well only if it is
 * the one that Nix's database says. Whoever publishes it at its end alone
 * publishes no damaged path: a signature covers the database's hash, so every
 * host would refuse it.
 *
 * @param options told of entries where the files are on the disk: see {@link placeOf}
 * @throws PathError, when its last piece was taken, where it is another; as {@link narOf} and {@link dumpPath} do
 */
export async function* checkedNar(
    nix: Nix,
    { path, narHash, narSize }: Pick<Member, "path" | "narHash" | "narSize">,
    options: NarOptions = {},
): AsyncGenerator<Buffer> {
    const place = placeOf(nix, path);
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const piece of place === undefined ? dumpPath(nix, path, narSize) : narOf(place, options)) {
        hash.update(piece);
        bytes += piece.length;
        if (bytes > narSize) throw damage(path);
        yield piece;
    }
    if (bytes !== narSize || sha256Text(hash.digest()) !== canonicalSha256(narHash)) throw damage(path);
}

function damage(path: string): PathError {
    return new PathError(
        `${path} is damaged: its files are not those that Nix's database knows, so it was not pushed; repair it with nix-store --repair-path ${path} (nix-store --verify-path ${path} looks again)`,
    );
}
