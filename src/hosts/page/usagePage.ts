import { createHash } from "node:crypto";
import { USAGE_PAGE_NAME } from "../../cache/managedObjects.ts";
import type { HostConfig } from "../hostConfig.ts";
import { Html, markup } from "./html.ts";
import { check, facts, flakeWay, nixosWay, plainWay, push } from "./sections.ts";
import { STYLE } from "./style.ts";

/** Where the page of the cache with this substituter is. */
export function usagePageUrl(substituter: string): string {
    return `${substituter}/${USAGE_PAGE_NAME}`;
}

/** A snowflake, drawn: without an icon of its own, a browser would ask the server for one. */
const ICON =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='-8 -8 16 16' stroke='%235277c3' stroke-width='2' stroke-linecap='round'%3E%3Cpath d='M0-6V6M-5.2-3 5.2 3M-5.2 3 5.2-3'/%3E%3C/svg%3E";

/**
 * The page in the cache that says how to use it: one file, without scripts and
 * without any further request.
 *
 * Nothing in it is secret, and all of it is escaped. Its own security policy
 * lets a browser load nothing and take no style but its own, so that nobody
 * can make more of it.
 */
export function usagePage(host: HostConfig): string {
    const { hostname } = new URL(host.endpoint);
    const policy = `default-src 'none'; style-src 'sha256-${sha256(STYLE)}'; img-src data:; base-uri 'none'; form-action 'none'`;
    return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Nix cache ${host.bucket} on ${hostname}</title>
<link rel="icon" href="${new Html(ICON)}">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<p class="where">${hostname} · ${host.bucket}</p>
<h1>Use this Nix cache</h1>
<p class="lead">What was built once is kept here. A machine that knows this cache downloads it instead of building it again; when the cache is away, the machine builds as before.</p>
</header>
<main>
${facts(host)}
<h2 id="set-up">Set up a machine</h2>
<nav aria-label="Ways to set up a machine"><ul>
<li><a href="#nixos">NixOS, nix-darwin</a></li>
<li><a href="#other">Other Linux, macOS</a></li>
<li><a href="#flake">One flake</a></li>
</ul></nav>
${nixosWay(host)}
${plainWay(host)}
${flakeWay(host)}
${check(host)}
${push(host)}
</main>
<footer>
<p class="quiet">This page belongs to the stack that made the cache, which writes it anew when something changes.</p>
</footer>
</body>
</html>
`.text;
}

function sha256(text: string): string {
    return createHash("sha256").update(text).digest("base64");
}
