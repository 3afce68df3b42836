import { KIND_WORDS, type ObjectKind } from "../cache/objectKind.ts";
import { printable } from "../cache/problem.ts";
import { COLUMNS, wrapped } from "../cache/wrap.ts";
import { sizeWords } from "../content/sizeFit.ts";
import { inWords } from "../s3/limits.ts";
import type { Content, Examples, Figures } from "./figures.ts";

/** The report for a terminal, in lines of at most 80 columns but for store paths. */
export function reportLines(figures: Figures): string[] {
    return [
        ...wrapped(
            `${figures.bucket} on ${figures.endpoint}: ${figures.objects} objects, ${inWords(figures.bytes)}`,
        ),
        ...sizeLines(figures),
        "",
        ...kindLines(figures),
        "",
        ...expiryLines(figures),
        "",
        ...growthLines(figures),
        ...(figures.content === null ? [] : ["", ...contentLines(figures.content)]),
    ];
}

function sizeLines({ size, expiry }: Figures): string[] {
    if (size === null) return [];
    const words = sizeWords(size, expiry, inWords);
    const full = size.fullInDays === null ? "" : `; reached in about ${size.fullInDays} days`;
    if (words === undefined)
        return [
            `${Math.floor((size.bytes / size.maxSize) * 100)} % of maxSize (${inWords(size.maxSize)})${full}`,
        ];
    return wrapped(`warning: ${words.seen}${full}; ${words.advice}`);
}

function kindLines({ kinds }: Figures): string[] {
    const rows = Object.entries(kinds).filter(([, { objects }]) => objects > 0);
    return columns(
        ["WHAT", "OBJECTS", "BYTES"],
        rows.map(([kind, sum]) => [KIND_WORDS[kind as ObjectKind], String(sum.objects), inWords(sum.bytes)]),
    );
}

function expiryLines({ expiry: { rows, narGraceDays } }: Figures): string[] {
    return [
        ...columns(
            ["EXPIREDAYS", "KEEPS NOW", "OBJECTS", "COMES TO"],
            rows.map(({ expireDays, objects, bytes, comesTo, isSet }) => [
                `${expireDays === 0 ? "never" : expireDays}${isSet ? " (set)" : ""}`,
                inWords(bytes),
                String(objects),
                expireDays === 0 ? "grows" : `about ${inWords(comesTo)}`,
            ]),
        ),
        ...wrapped(
            `NARs stay ${narGraceDays} days longer. COMES TO: once the cache has lived so long, at its growth.`,
        ),
    ];
}

function growthLines({ growth: { days, bytesPerDay } }: Figures): string[] {
    const last = days.slice(-7).reverse();
    return [
        ...columns(
            ["WRITTEN OR RENEWED", "OBJECTS", "BYTES"],
            last.map(({ day, objects, bytes }) => [day, String(objects), inWords(bytes)]),
        ),
        `on average ${inWords(bytesPerDay)} a day`,
    ];
}

function contentLines(content: Content): string[] {
    const { pins, pinned, duplicates, leftOver, largestPaths, largestClosures } = content;
    const { shared, twice } = duplicates;
    return [
        ...(pins.length === 0
            ? ["nothing is pinned"]
            : [
                  ...columns(
                      ["PIN", "PATHS", "BYTES", "IT ALONE", "MISSING"],
                      pins.map(({ name, paths, bytes, alone, missing }) => [
                          name,
                          String(paths),
                          inWords(bytes),
                          inWords(alone),
                          String(missing),
                      ]),
                  ),
                  `pinned together: ${pinned.paths} paths, ${inWords(pinned.bytes)}`,
              ]),
        ...content.unreadablePins.map((name) => printable(`${name} is no pin`)),
        "",
        ...list(
            "LARGEST CLOSURES",
            largestClosures,
            ({ bytes, paths }) => `${inWords(bytes)}, ${paths} paths`,
        ),
        ...(content.isClosuresCut ? ["of the youngest; there are too many to add up all"] : []),
        ...list("LARGEST PATHS", largestPaths, ({ bytes }) => inWords(bytes)),
        "",
        ...wrapped(
            `${content.paths} paths; ${shared.nars} NARs are shared by ${shared.paths} of them, which saves ${inWords(shared.saved)}`,
        ),
        ...(twice.nars > 0
            ? wrapped(
                  `${twice.nars} NARs have a content that another object has too: ${inWords(twice.bytes)}`,
              )
            : []),
        ...(leftOver.objects > 0
            ? wrapped(`${leftOver.objects} NARs that no narinfo names: ${inWords(leftOver.bytes)}`)
            : []),
        ...(content.elsewhere > 0
            ? wrapped(`${content.elsewhere} paths are referred to and not here: other caches may have them`)
            : []),
        ...wrong("without a signature that hosts accept", content.unsigned),
        ...wrong("broken: narinfo unreadable, or NAR missing or of another size", content.broken),
        ...wrong("that go after what they need (its references, their NAR)", content.outliving),
    ];
}

function wrong(words: string, { count, examples }: Examples): string[] {
    if (count === 0) return [];
    return [
        ...wrapped(`${count} paths ${words}:`),
        ...examples.map((one) => `  ${printable(one)}`),
        ...(count > examples.length ? [`  and ${count - examples.length} more`] : []),
    ];
}

function list<Item extends { readonly path: string }>(
    title: string,
    items: readonly Item[],
    words: (item: Item) => string,
): string[] {
    if (items.length === 0) return [];
    return [title, ...items.flatMap((item) => [`  ${printable(item.path)}`, `    ${words(item)}`])];
}

/** The first column to the left, numbers to the right. */
function columns(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
    const all = [head, ...rows].map((row) => row.map(printable));
    const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
    return all.map((row) =>
        row
            .map((cell, column) =>
                column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
            )
            .join("  ")
            .trimEnd()
            .slice(0, COLUMNS),
    );
}
