import { createHash } from "node:crypto";
import { nixSha256, serialiseNar } from "../../../src/cache/nar.ts";
import { formatNarinfo, signNarinfo } from "../../../src/cache/narinfo.ts";
import { baseName, narinfoKey } from "../../../src/cache/storePath.ts";
import { pathOf } from "../pushing/store.ts";

/** How large a simulated world is. */
export interface Size {
    readonly days: number;
    readonly hosts: number;
    /** Systems and environments of each host; the last of them changes four times a year. */
    readonly roots: number;
    readonly libraries: number;
    readonly programs: number;
    /** The first two hosts are off in these days. */
    readonly off: readonly [from: number, to: number];
    /** Nobody renews in these days. */
    readonly unrenewed: readonly [from: number, to: number];
}

/** A store path of the simulated world. */
export interface Made {
    readonly path: string;
    readonly narinfo: string;
    readonly nar: string;
    readonly references: readonly Made[];
    /** The NAR itself; it is made anew each time. */
    readonly content: () => Buffer;
}

/** A root of a host that was built on a day. */
export interface Root {
    readonly name: string;
    readonly made: Made;
}

/** Days between two changes of the root of a host that hardly changes. */
const RARE = 90;

/**
 * Hosts that follow one channel, which changes every day: libraries get new
 * versions, and whatever refers to one is another path then, as Nix has it.
 * Programs and libraries are shared by all hosts, some NARs by different paths.
 */
export class Model {
    readonly size: Size;
    private readonly made = new Map<string, Made>();
    private readonly known = new Map<string, Made>();

    constructor(size: Size) {
        this.size = size;
    }

    /** The roots that are built and pushed on a day. */
    pushedOn(day: number): Root[] {
        const { hosts, roots, off } = this.size;
        const pushed: Root[] = [];
        for (let host = 0; host < hosts; host++) {
            if (host < 2 && day >= off[0] && day <= off[1]) continue;
            for (let root = 0; root < roots; root++) {
                const isRare = root === roots - 1;
                const isDue = isRare ? (day + host) % RARE === 0 : day % (roots - 1) === root;
                if (day === 0 || isDue)
                    pushed.push({ name: `host-${host}.${root}`, made: this.root(host, root, day) });
            }
        }
        return pushed;
    }

    private root(host: number, root: number, day: number): Made {
        const { programs } = this.size;
        const uses = Array.from({ length: 8 }, (_, index) => (host * 7 + root * 3 + index * 5) % programs);
        const references = [...new Set(uses)].map((index) => this.program(index, day));
        // The same settings come again: another path, and the same NAR.
        const settings = this.make(
            `settings-${host}-${root}-${day}`,
            [],
            `settings ${host} ${root} ${day % 7}`,
            1,
        );
        return this.make(`system-${host}-${root}-${day}`, [...references, settings], undefined, 1);
    }

    private program(index: number, day: number): Made {
        return this.once(`program ${index} ${day}`, () => this.newProgram(index, day));
    }

    private newProgram(index: number, day: number): Made {
        const { libraries } = this.size;
        const version = Math.floor((day + index * 7) / (12 + (index % 20)));
        const uses = [1, 3, 5, 8].map((step) => (index * 3 + step) % libraries);
        const references = [...new Set(uses)].map((one) => this.library(one, day));
        return this.make(`program-${index}-${version}`, references, undefined, 2 + (index % 6));
    }

    private library(index: number, day: number): Made {
        return this.once(`library ${index} ${day}`, () => this.newLibrary(index, day));
    }

    /** What it is on a day, which is asked for by way of everything that refers to it. */
    private once(what: string, make: () => Made): Made {
        const before = this.known.get(what);
        if (before !== undefined) return before;
        const made = make();
        this.known.set(what, made);
        return made;
    }

    private newLibrary(index: number, day: number): Made {
        // What much depends on changes seldom.
        const period = index < 4 ? 120 : 40 + ((index * 17) % 60);
        const version = Math.floor((day + index * 13) / period);
        const uses = [Math.floor(index / 2), Math.floor(index / 3), index - 1];
        const references = [...new Set(uses)]
            .filter((one) => one >= 0 && one < index)
            .map((one) => this.library(one, day));
        return this.make(`library-${index}-${version}`, references, undefined, 4 + (index % 8));
    }

    /** @param kib size of its content */
    private make(label: string, references: readonly Made[], text: string | undefined, kib: number): Made {
        const inputs = createHash("sha256")
            .update(references.map(({ path }) => path).join())
            .digest("hex");
        const path = pathOf(`${label}-${inputs.slice(0, 8)}`);
        const before = this.made.get(path);
        if (before !== undefined) return before;
        const line = `${text ?? path}\n`;
        const contents = line.repeat(Math.ceil((kib * 1024) / line.length));
        const content = () => serialiseNar({ type: "regular", contents });
        const nar = `nar/${nixSha256(content()).slice("sha256:".length)}.nar`;
        const made = { path, narinfo: narinfoKey(path), nar, references, content };
        this.made.set(path, made);
        return made;
    }
}

/** Paths with all that they refer to, references first. */
export function closureOf(roots: readonly Made[]): Made[] {
    const seen = new Set<Made>();
    const order: Made[] = [];
    const visit = (one: Made) => {
        if (seen.has(one)) return;
        seen.add(one);
        one.references.forEach(visit);
        order.push(one);
    };
    roots.forEach(visit);
    return order;
}

/** The narinfo of a path, signed. */
export function narinfoOf({ path, nar, references, content }: Made, secretKey: string): string {
    const bytes = content();
    const info = {
        storePath: path,
        url: nar,
        compression: "none",
        narHash: nixSha256(bytes),
        narSize: bytes.length,
        references: references.map((one) => baseName(one.path)),
        signatures: [],
    };
    return formatNarinfo(signNarinfo(info, secretKey));
}
