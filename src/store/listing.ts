import { narOf, type NarEntry } from "./narStream.ts";

/** Characters of a listing at most; the one of 100,000 files has about 10 million. */
const MOST = 64 * 1024 * 1024;

/**
 * The listing of a NAR, `HASH.ls`: what is in it and where, version 1, as Nix
 * writes it with `write-nar-listing` and `nix store ls` and nix-index read it.
 *
 * Source: `nar-accessor.cc`, `listNar`; `binary-cache-store.cc`.
 */
export class Listing {
    private readonly parts: string[] = ['{"root":'];
    /** For each folder that is open, whether it has an entry yet. */
    private readonly open: boolean[] = [];
    private characters = 0;
    private possible = true;

    /** Takes the entries as {@link narOf} tells them, in their order. */
    readonly see = (entry: NarEntry): void => {
        if (!this.possible) return;
        const name = text(entry.name);
        const target = text(entry.target ?? Buffer.alloc(0));
        // JSON holds text alone. Nix fails then; here it is left out.
        if (name === undefined || target === undefined) {
            this.giveUp();
            return;
        }
        this.close(entry.depth);
        if (entry.depth > 0) {
            const comma = this.open[entry.depth - 1] === true ? "," : "";
            this.open[entry.depth - 1] = true;
            this.add(`${comma}${JSON.stringify(name)}:`);
        }
        if (entry.type === "directory") {
            this.add('{"entries":{');
            this.open.push(false);
        } else if (entry.type === "symlink") this.add(JSON.stringify({ target, type: "symlink" }));
        else {
            const { executable, narOffset, size } = entry;
            const run = executable === true ? { executable } : {};
            this.add(JSON.stringify({ ...run, narOffset, size, type: "regular" }));
        }
        if (this.characters > MOST) this.giveUp();
    };

    /** The whole; undefined where nothing was seen, a name or a target is no UTF-8, or it would have more than 64 MiB. */
    end(): string | undefined {
        if (!this.possible || this.parts.length === 1) return undefined;
        this.close(0);
        return `${this.parts.join("")},"version":1}`;
    }

    private close(depth: number): void {
        for (; this.open.length > depth; this.open.pop()) this.add('},"type":"directory"}');
    }

    private add(part: string): void {
        this.parts.push(part);
        this.characters += part.length;
    }

    private giveUp(): void {
        this.possible = false;
        this.parts.length = 0;
    }
}

/** The listing of a path whose NAR need not be made; no content is read. @param path on the disk */
export async function listingOf(path: string): Promise<string | undefined> {
    const listing = new Listing();
    const all = narOf(path, { seen: listing.see, skim: true });
    while ((await all.next()).done !== true);
    return listing.end();
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(bytes: Buffer): string | undefined {
    try {
        return UTF8.decode(bytes);
    } catch {
        return undefined;
    }
}
