/**
 * The page's style. It is hashed into the page's own security policy, so a
 * browser takes no other; colours have a contrast of at least 4.5 to 1, light
 * and dark.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f7f8fa; --card: #ffffff; --line: #dde2ea; --text: #1d2430; --quiet: #566070;
  --accent: #2f5b9c; --code: #f0f3f7; --note: #fff6e2; --note-line: #e3c98a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --line: #2d3643; --text: #e4e8ee; --quiet: #a3aebd;
    --accent: #8fb8f0; --code: #10141a; --note: #2a2415; --note-line: #5f5028;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; padding: 2.5rem 1.25rem 4rem; background: var(--page); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
header, main, footer { max-width: 48rem; margin: 0 auto; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -0.02em; }
h2 { margin: 3rem 0 0.5rem; font-size: 1.4rem; line-height: 1.3; letter-spacing: -0.01em; }
h3 { margin: 0 0 0.25rem; font-size: 1.1rem; line-height: 1.4; }
p { margin: 0.5rem 0; }
a { color: var(--accent); text-underline-offset: 0.15em; }
.where { margin: 0 0 0.4rem; color: var(--quiet); font-size: 0.95rem; }
.lead { margin: 0.75rem 0 0; max-width: 40rem; color: var(--quiet); font-size: 1.1rem; }
code, pre { font: 0.875rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
code { padding: 0.1em 0.3em; border-radius: 0.25rem; background: var(--code); }
pre code { padding: 0; background: none; }
.whole { word-break: break-all; user-select: all; -webkit-user-select: all; }
.facts, .way {
  margin: 1rem 0; padding: 1.25rem 1.5rem; border: 1px solid var(--line); border-radius: 0.75rem;
  background: var(--card);
}
.facts { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0.75rem 1rem; margin-top: 2rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
dd p { margin: 0; }
dd p + p, dd code + code { margin-top: 0.5rem; }
dd code { display: inline-block; max-width: 100%; }
.quiet { color: var(--quiet); font-size: 0.925rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0; padding: 0; list-style: none; }
nav a {
  display: block; padding: 0.45rem 0.9rem; border: 1px solid var(--line); border-radius: 2rem;
  background: var(--card); text-decoration: none;
}
nav a:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
ol { margin: 0.75rem 0 0; padding-left: 1.4rem; }
ol > li { padding-left: 0.25rem; }
ol > li + li { margin-top: 1.25rem; }
figure { margin: 0.75rem 0 0; border: 1px solid var(--line); border-radius: 0.5rem; overflow: hidden; }
figcaption {
  padding: 0.35rem 0.9rem; border-bottom: 1px solid var(--line); color: var(--quiet); font-size: 0.85rem;
}
pre { margin: 0; padding: 0.8rem 0.9rem; overflow-x: auto; background: var(--code); overflow-wrap: normal; }
pre:focus-visible { outline-offset: -2px; }
.note {
  margin: 0.75rem 0 0; padding: 0.6rem 0.9rem; border: 1px solid var(--note-line); border-radius: 0.5rem;
  background: var(--note);
}
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); }
@media (max-width: 36rem) {
  body { padding-top: 1.75rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts, .way { padding: 1rem; }
  dd + dt { margin-top: 0.9rem; }
  ol { padding-left: 1.2rem; }
}
@media print { body { background: none; } pre { white-space: pre-wrap; } nav { display: none; } }
`;
