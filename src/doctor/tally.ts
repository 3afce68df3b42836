import { inWords } from "../s3/limits.ts";
import { asCalled } from "../system/asCalled.ts";
import { driftAndHeal, pushAgain } from "./advice.ts";
import { bad, ok, type Check } from "./check.ts";
import { nameOf, type Finding } from "./finding.ts";
import type { NarinfoResult } from "./narinfoCheck.ts";

/** How many single findings of a check are shown, unless all are asked for. */
const SHOWN = 5;

/** What was looked at, for the words of the checks. */
export interface Looked {
    /** Whether it was a sample of the narinfos. */
    readonly isSample: boolean;
    /** Bytes of NARs that were read; undefined: none was to be. */
    readonly bytesRead: number | undefined;
    /** Other caches that were asked, and why some could not be. */
    readonly upstreams: readonly string[];
    readonly away: ReadonlyMap<string, string>;
}

/** Counts what was found; it keeps no more of it than is shown. */
export class Tally {
    /** What is shown, in the order in which it was found. */
    readonly kept: Finding[] = [];
    private done = 0;
    private elsewhere = 0;
    private readonly proven = { nar: 0, file: 0, nothing: 0 };
    private readonly counts = new Map<string, number>();
    private readonly unreadable = { only: true };
    private readonly all: boolean;

    /** @param all whether every finding is kept */
    constructor(all: boolean) {
        this.all = all;
    }

    add({ findings, elsewhere, proven }: NarinfoResult): void {
        this.done += 1;
        this.elsewhere += elsewhere;
        if (proven !== undefined) this.proven[proven] += 1;
        const kinds = new Set<string>();
        for (const finding of findings) {
            const kind = kindOf(finding);
            if (finding.about === "content" && !finding.wrong.endsWith("answered 403"))
                this.unreadable.only = false;
            kinds.add(kind);
            if (this.all || (this.counts.get(kind) ?? 0) < SHOWN) this.kept.push(finding);
        }
        for (const kind of kinds) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    }

    checks(looked: Looked): Check[] {
        return [
            this.content(looked),
            ...this.fileHashes(),
            this.expiry(),
            ...this.order(),
            this.references(looked),
        ];
    }

    private content(looked: Looked): Check {
        const name = "signatures and NARs";
        const sample = looked.isSample ? " (a sample)" : "";
        const count = `${this.done} narinfo${this.done === 1 ? "" : "s"}${sample}`;
        if (this.count("content", "failure") > 0)
            return this.wrong(
                name,
                "content",
                "failure",
                `wrong in ${count}`,
                this.unreadable.only ? [`hosts may not read them: ${driftAndHeal()}`] : REPAIR,
            );
        if (this.done === 0) return ok(name, "the cache is empty");
        return ok(
            name,
            `${count}: signed, ${looked.bytesRead === undefined ? "their NARs there" : this.readWords(looked.bytesRead)}`,
        );
    }

    /** Only where there is something to say. */
    private fileHashes(): Check[] {
        if (this.count("content", "warning") === 0) return [];
        const words = "with another hash than their narinfos say";
        return [this.wrong("files of NARs", "content", "warning", words, REPAIR)];
    }

    /** What was proven, and of how many. */
    private readWords(bytes: number): string {
        const { nar, file, nothing } = this.proven;
        return [
            `the NARs of ${nar} unpacked and hashed (${inWords(bytes)})`,
            ...(file === 0 ? [] : [`of ${file} the file alone, for want of a program`]),
            ...(nothing === 0 ? [] : [`of ${nothing} the size alone`]),
        ].join(", ");
    }

    private expiry(): Check {
        const name = "expiry of NARs";
        if (this.count("expiry", "warning") === 0) return ok(name, "none before its narinfo");
        return this.wrong(name, "expiry", "warning", "before their narinfos", [
            "hosts build these themselves between the two dates; a push renews the NARs:",
            `${pushAgain("--once")}, where the path is`,
        ]);
    }

    /** Only where there is something to say. */
    private order(): Check[] {
        if (this.count("order", "warning") === 0) return [];
        return [
            this.wrong("expiry of references", "order", "warning", "outlive what they refer to", [
                "hosts cannot get these between the two dates; a push renews what they refer to:",
                `${pushAgain("--once")}, where the path is; of what is pinned, ${asCalled("renew")}`,
            ]),
        ];
    }

    private references({ upstreams, away }: Looked): Check {
        const name = "references";
        if (this.count("references", "failure") > 0)
            return this.wrong(name, "references", "failure", "refer to what is nowhere", REPAIR);
        if (this.count("references", "warning") > 0)
            return this.wrong(
                name,
                "references",
                "warning",
                "refer to what is not in this cache, and others could not be asked",
                [
                    ...away.values(),
                    "try again with a way to them, or with --upstream URL of one that hosts have",
                ],
            );
        return ok(
            name,
            this.elsewhere === 0
                ? "all in this cache"
                : `${this.elsewhere} in ${upstreams.join(", ")}, the others in this one`,
        );
    }

    private wrong(
        name: string,
        about: Finding["about"],
        result: Finding["result"],
        words: string,
        advice: readonly string[],
    ): Check {
        const findings = this.kept.filter((one) => one.about === about && one.result === result);
        const count = this.count(about, result);
        const shown = this.all ? findings : findings.slice(0, SHOWN);
        const more = count - new Set(shown.map(({ key }) => key)).size;
        const details = [
            ...shown.sort(byName).flatMap((one) => [nameOf(one), `  ${one.wrong}`]),
            ...(more > 0 ? [`and ${more} more: --all lists them`] : []),
        ];
        return { ...bad(name, result, `${count} ${words}`, advice.join("\n")), details };
    }

    private count(about: Finding["about"], result: Finding["result"]): number {
        return this.counts.get(`${about} ${result}`) ?? 0;
    }
}

/** What repairs a path, whatever is wrong with it. */
const REPAIR: readonly string[] = [
    "hosts refuse these. This pushes again what this machine's store has, and removes the others, after a question:",
    asCalled("repair", "--deep"),
];

function kindOf({ about, result }: Finding): string {
    return `${about} ${result}`;
}

/** By store path; those without one come last. */
export function byName(a: Finding, b: Finding): number {
    return nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0;
}
