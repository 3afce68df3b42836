import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { markup } from "../../../../src/hosts/page/html.ts";
import { usagePage } from "../../../../src/hosts/page/usagePage.ts";
import { MANAGED_OBJECTS, USAGE_PAGE_NAME, USAGE_PAGE_TYPE } from "../../../../src/cache/managedObjects.ts";
import { expiryWords, priorityWords } from "../../../../src/hosts/page/words.ts";
import { CA_FINGERPRINT, hostConfig } from "../samples.ts";

const HOSTILE = `</code><script>alert("1")</script>'&amp;<img src=x onerror=alert(2)>`;

/** Every tag with its attributes' names: what a browser would make elements of. */
const elements = (page: string) =>
    [...page.matchAll(/<[^<>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'));
/** What a reader sees, roughly: no tags, entities as characters. */
const text = (page: string) =>
    page
        .replaceAll(/<style>.*?<\/style>|<[^<>]*>/gs, "")
        .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

describe("markup", () => {
    it("escapes every text, and no markup", () => {
        assert.equal(
            markup`<b title="${HOSTILE}">${["a", "<"].map((one) => markup`<i>${one}</i>`)}${1}</b>`.text,
            `<b title="&#60;/code&#62;&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;amp;&#60;img src=x onerror=alert(2)&#62;"><i>a</i><i>&#60;</i>1</b>`,
        );
    });
});

describe("the page for users", () => {
    it("is one of the stack's own objects, as HTML in UTF-8", () => {
        assert.ok((MANAGED_OBJECTS as readonly string[]).includes(USAGE_PAGE_NAME));
        assert.equal(USAGE_PAGE_TYPE, "text/html; charset=utf-8");
    });

    it("has a language, a title, a viewport, one h1, and nothing that is loaded or run", () => {
        const page = usagePage(hostConfig());
        assert.match(page, /^<!doctype html>\n<html lang="en">\n/);
        assert.match(page, /<title>Nix cache nix-cache on s3\.homelab\.local<\/title>/);
        assert.match(page, /<meta name="viewport" content="width=device-width, initial-scale=1">/);
        assert.equal(page.match(/<h1>/g)?.length, 1);
        assert.doesNotMatch(page, /<script|<iframe|<form| on\w+="|@import|url\(/);
        for (const [, url] of page.matchAll(/ (?:href|src)="([^"]*)"/g))
            assert.match(url ?? "", /^(#|data:)/);
    });

    it("allows itself its own style alone, by its hash", () => {
        const page = usagePage(hostConfig());
        const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? "";
        const hash = createHash("sha256").update(style).digest("base64");
        const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
        assert.equal(
            text(policy),
            `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
        );
    });

    it("has links to places that are there, and every id once", () => {
        const page = usagePage(hostConfig());
        const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
        assert.equal(new Set(ids).size, ids.length);
        for (const [, id] of page.matchAll(/ (?:href="#|aria-labelledby=")([^"]*)"/g))
            assert.ok(ids.includes(id));
    });

    it("is made of the same elements whatever names and keys are in it", () => {
        const usual = elements(usagePage(hostConfig()));
        const any = fc.oneof(fc.constant(HOSTILE), fc.string({ unit: "grapheme" }));
        fc.assert(
            fc.property(any, any, any, any, (bucket, key, builder, url) => {
                const config = { bucket, trustedPublicKeys: [key], builders: [builder], substituter: url };
                const page = usagePage(hostConfig(config));
                assert.deepEqual(elements(page), usual);
                assert.ok(text(page).includes(url));
                assert.ok(text(page).includes(key));
            }),
        );
    });

    it("says how long a path stays, and in which order caches are asked", () => {
        const words = (expireDays: number, narGraceDays: number) =>
            expiryWords(hostConfig({ expireDays, narGraceDays }));
        assert.match(words(30, 7), /^30 days after its first push\. .* stay 7 days longer/);
        assert.match(words(1, 1), /^1 day after its first push\. .* stay 1 day longer/);
        assert.match(words(30, 0), /^30 days after its first push\. Then a machine builds it again/);
        assert.equal(words(0, 7), "For good: nothing expires.");
        assert.match(priorityWords(39), /before/);
        assert.match(priorityWords(40), /together with/);
        assert.match(priorityWords(41), /after/);
    });

    it("lists every key that hosts accept", () => {
        const keys = ["a-3:CC=", "a-1:AA=", "a-2:BB="];
        const page = text(usagePage(hostConfig({ trustedPublicKeys: keys })));
        assert.match(page, /Public keysa-3:CC=signs what is pushed now; still accepted:a-1:AA=a-2:BB=/);
        assert.ok(page.includes(`extra-trusted-public-keys = ${keys.join(" ")}`));
        assert.match(text(usagePage(hostConfig())), /Public keys3\.homelab\.local-1:AAAA=/);
    });

    it("says whether a certificate has to be installed", () => {
        assert.ok(text(usagePage(hostConfig())).includes(CA_FINGERPRINT));
        const open = text(usagePage(hostConfig({ caCertificate: null })));
        assert.match(open, /Publicly trusted/);
        assert.doesNotMatch(open, /BEGIN CERTIFICATE|ca-bundle|private authority/);
        const plain = { caCertificate: null, endpoint: "http://nas:9000", substituter: "http://nas:9000/b" };
        assert.match(text(usagePage(hostConfig(plain))), /the connection is plain http/);
    });
});
