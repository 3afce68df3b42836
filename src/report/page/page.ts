import { KIND_WORDS, type ObjectKind } from "../../cache/objectKind.ts";
import { sizeWords } from "../../content/sizeFit.ts";
import { Html, markup, NONE } from "../../hosts/page/html.ts";
import { STYLE } from "../../hosts/page/style.ts";
import { inWords } from "../../s3/limits.ts";
import type { Content, Examples, Figures } from "../figures.ts";
import { plots, type Plot } from "./plots.ts";

/** Beside the style of the cache's own page: plots in the width that fits, tables. */
const MORE = `
header, main, footer { max-width: 52rem; }
.plot { padding: 0.5rem; background: var(--card); overflow: hidden; }
.plot svg { display: block; margin: 0 auto; max-width: 100%; }
.narrow { display: none; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; margin: 0.75rem 0; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; padding-right: 0; padding-left: 0.75rem; }
@media (max-width: 52rem) { .wide { display: none; } .narrow { display: block; } }
`;

/**
 * The report as one page, without scripts and without any further request. All
 * texts in it are escaped; the plots are made by a library, which sets styles at
 * its elements, so its policy takes styles, and nothing else.
 */
export function reportPage(figures: Figures): string {
    const { bucket, endpoint, time, objects, bytes, content } = figures;
    const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Nix cache ${bucket}: report</title>
<style>${new Html(STYLE + MORE)}</style>
</head>
<body>
<header>
<p class="where">${endpoint} · ${bucket}</p>
<h1>What is in this Nix cache?</h1>
<p class="lead">${inWords(bytes)} in ${objects} objects, as of ${time.slice(0, 16).replace("T", " ")} UTC.</p>
</header>
<main>
${warning(figures)}
${plots(figures).map(plotPart)}
${expiryPart(figures)}
${kindPart(figures)}
${content === null ? NONE : contentPart(content)}
</main>
<footer><p class="quiet">Made by nix-cache report. Sizes are those of objects, not of the disks below them.</p></footer>
</body>
</html>
`.text;
}

function warning({ size, expiry }: Figures): Html {
    const words = size === null ? undefined : sizeWords(size, expiry, inWords);
    return words === undefined ? NONE : markup`<p class="note">${words.seen}. ${words.advice}.</p>`;
}

function plotPart({ title, words, wide, narrow }: Plot): Html {
    return markup`<h2>${title}</h2>
<figure><figcaption>${words}</figcaption>
<div class="plot wide" role="img" aria-label="${title} ${words}">${new Html(wide)}</div>
<div class="plot narrow" role="img" aria-label="${title} ${words}">${new Html(narrow)}</div>
</figure>
`;
}

function expiryPart({ expiry: { rows, narGraceDays } }: Figures): Html {
    return markup`<h2>Days of expiry</h2>
<p class="quiet">NARs stay ${narGraceDays} days longer. The last column: once the cache has lived so long, at its growth.</p>
${table(
    ["expireDays", "keeps now", "objects", "comes to"],
    rows.map(({ expireDays, bytes, objects, comesTo, isSet }) => [
        `${expireDays === 0 ? "never" : expireDays}${isSet ? " (set)" : ""}`,
        inWords(bytes),
        String(objects),
        expireDays === 0 ? "grows" : inWords(comesTo),
    ]),
)}`;
}

function kindPart({ kinds }: Figures): Html {
    const rows = Object.entries(kinds).filter(([, { objects }]) => objects > 0);
    return markup`<h2>Kinds of objects</h2>
${table(
    ["what", "objects", "bytes"],
    rows.map(([kind, sum]) => [KIND_WORDS[kind as ObjectKind], String(sum.objects), inWords(sum.bytes)]),
)}`;
}

function contentPart(content: Content): Html {
    const { pins, pinned, largestClosures, largestPaths, duplicates, leftOver } = content;
    const { shared, twice } = duplicates;
    return markup`<h2>Pins and hosts</h2>
${
    pins.length === 0
        ? markup`<p>Nothing is pinned.</p>`
        : markup`<p>Pinned together: ${pinned.paths} paths, ${inWords(pinned.bytes)}.</p>
${table(
    ["pin", "paths", "bytes", "it alone", "missing"],
    pins.map(({ name, paths, bytes, alone, missing }) => [
        name,
        String(paths),
        inWords(bytes),
        inWords(alone),
        String(missing),
    ]),
)}`
}
<h2>Largest closures</h2>
${table(
    ["path", "paths", "bytes"],
    largestClosures.map(({ path, paths, bytes }) => [path, String(paths), inWords(bytes)]),
)}
<h2>Largest paths</h2>
${table(
    ["path", "bytes"],
    largestPaths.map(({ path, bytes }) => [path, inWords(bytes)]),
)}
<h2>Duplicates, and what is wrong</h2>
<p>${shared.nars} NARs are shared by ${shared.paths} of ${content.paths} paths, which saves ${inWords(shared.saved)}. ${twice.nars} have a content that another object has too: ${inWords(twice.bytes)}. ${leftOver.objects} are named by no narinfo: ${inWords(leftOver.bytes)}.</p>
${wrong("without a signature that hosts accept", content.unsigned)}
${wrong("broken", content.broken)}
${wrong("that go after what they need", content.outliving)}
`;
}

function wrong(words: string, { count, examples }: Examples): Html {
    if (count === 0) return markup`<p>No paths ${words}.</p>`;
    return markup`<p>${count} paths ${words}, for example:</p>
<ul>${examples.map((one) => markup`<li><code>${one}</code></li>`)}</ul>`;
}

/** The first column is a text, the others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): Html {
    const name = head.join(", ");
    return markup`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>
<thead><tr>${head.map((cell, column) => (column === 0 ? markup`<th scope="col">${cell}</th>` : markup`<th scope="col" class="number">${cell}</th>`))}</tr></thead>
<tbody>${rows.map(
        (row) =>
            markup`<tr>${row.map((cell, column) => (column === 0 ? markup`<td>${cell}</td>` : markup`<td class="number">${cell}</td>`))}</tr>
`,
    )}</tbody>
</table></div>
`;
}
