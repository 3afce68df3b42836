import { gzipSync } from "node:zlib";
import { cacheInfo } from "../../../src/cache/cacheInfo.ts";
import { CACHE_INFO_TYPE } from "../../../src/cache/managedObjects.ts";
import type { Change } from "./change.ts";
import type { Scene } from "./scene.ts";

const INFO = "nix-cache-info";
const TYPE = `Content-Type=${CACHE_INFO_TYPE}`;

/** Writes nix-cache-info as `mc cp` does. */
function write(s: Scene, content: string, ...attributes: string[]): Promise<string> {
    return s.mc("cp", "--attr", attributes.join(";"), s.file(content), `${s.at}/${INFO}`);
}

/** The stack's own object and the cache's content, changed with mc. */
export const CONTENT: readonly Change[] = [
    {
        name: "nix-cache-info changed",
        listed: true,
        make: (s) => write(s, cacheInfo(10), TYPE),
        seen: () => [
            'object nix-cache-info: its content was changed ("Priority: 10"), should be "Priority: 40"',
        ],
    },
    {
        name: "nix-cache-info emptied",
        make: (s) => write(s, "", TYPE),
        seen: () => [/^object nix-cache-info: its content was changed .*should be "StoreDir: \/nix\/store"$/],
    },
    {
        name: "nix-cache-info given a further line",
        make: (s) => write(s, `${cacheInfo(40)}Extra: 1\n`, TYPE),
        seen: () => [
            'object nix-cache-info: its content was changed (also "Extra: 1"), should be nothing more',
        ],
    },
    {
        name: "nix-cache-info deleted",
        listed: true,
        make: (s) => s.mc("rm", `${s.at}/${INFO}`),
        seen: () => ["object nix-cache-info: missing on the server, should be there"],
    },
    {
        name: "nix-cache-info with another content type",
        listed: true,
        make: (s) => write(s, cacheInfo(40), "Content-Type=text/html"),
        seen: () => [`object nix-cache-info: its content type is "text/html", should be ${CACHE_INFO_TYPE}`],
    },
    {
        name: "nix-cache-info with Cache-Control",
        make: (s) => write(s, cacheInfo(40), TYPE, "Cache-Control=max-age=86400"),
        seen: () => ["object nix-cache-info: it was given cache-control: max-age=86400, should be without"],
    },
    {
        name: "nix-cache-info compressed",
        make: (s) =>
            s.admin.request("PUT", INFO, {
                body: gzipSync(cacheInfo(40)),
                headers: { "Content-Type": CACHE_INFO_TYPE, "Content-Encoding": "gzip" },
            }),
        seen: () => [
            /^object nix-cache-info: its content was changed \(/,
            "object nix-cache-info: it was given content-encoding: gzip, should be without",
        ],
    },
    {
        name: "nix-cache-info given tags",
        make: (s) => s.mc("tag", "set", `${s.at}/${INFO}`, "owner=somebody"),
        seen: () => [/^object nix-cache-info: it was given .*tag.*, should be without$/],
    },
    {
        name: "bucket emptied",
        listed: true,
        make: (s) => s.mc("rm", "--recursive", "--force", s.at),
        seen: () => [
            "object nix-cache-info: missing on the server, should be there",
            "object usage.html: missing on the server, should be there",
        ],
        takesObjects: true,
    },
    {
        name: "the page for users changed",
        make: (s) =>
            s.mc(
                "cp",
                "--attr",
                "Content-Type=text/html; charset=utf-8",
                s.file("<p>hello</p>"),
                `${s.at}/usage.html`,
            ),
        // mc takes what comes after the semicolon for another attribute.
        seen: () => [
            'object usage.html: its content was changed ("<p>hello</p>"), should be "<!doctype html>"',
            'object usage.html: its content type is "text/html", should be text/html; charset=utf-8',
        ],
    },
];
