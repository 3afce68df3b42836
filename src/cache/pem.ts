import { createHash } from "node:crypto";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[ \t]*\n[A-Za-z0-9+/= \t\n]*?-----END CERTIFICATE-----/g;
const BEGIN = /-----BEGIN CERTIFICATE-----/g;

/** The certificates in a text, in its order and each once, without what stands between them, and with plain line ends. */
export function certificatesIn(text: string): string[] {
    return [...new Set(blocksIn(text))].map((certificate) => `${certificate}\n`);
}

/** Whether every certificate that begins in a text is whole: base64 up to its end. True where none begins. */
export function areWhole(text: string): boolean {
    return (text.match(BEGIN) ?? []).length === blocksIn(text).length;
}

/** What a certificate in PEM holds, in base64 without line ends. */
export function base64Of(certificate: string): string {
    return certificate.replaceAll(/-----(BEGIN|END) CERTIFICATE-----|\s/g, "");
}

/** SHA-256 of a certificate, as `openssl x509 -noout -fingerprint -sha256` writes it: `AB:CD:…`. */
export function fingerprint(certificate: string): string {
    const hex = createHash("sha256")
        .update(Buffer.from(base64Of(certificate), "base64"))
        .digest("hex");
    return (hex.toUpperCase().match(/../g) ?? []).join(":");
}

/**
 * A system's certificates and a private CA in one text.
 *
 * Nix takes the file that `ssl-cert-file` or NIX_SSL_CERT_FILE names in place
 * of the system's: with the private CA alone, cache.nixos.org could not be
 * reached any more. Each certificate comes once, so that a bundle made of an
 * earlier bundle does not grow.
 */
export function bundle(system: string, ca: string): string {
    return certificatesIn(`${system}\n${ca}`).join("");
}

function blocksIn(text: string): string[] {
    return text.replaceAll("\r", "").match(CERTIFICATE) ?? [];
}

/** PEM's own keys (RFC 7468: PKCS #8, encrypted too; RSA, EC, DSA, OPENSSH, PGP) and SSH2's, which has four hyphens. */
const PRIVATE_KEY = /-{4,5} ?BEGIN [^\n-]*PRIVATE KEY[^\n-]*-{4,5}/i;

/** Whether a private key of any kind stands in a text, which then must not become public. */
export function holdsPrivateKey(text: string): boolean {
    return PRIVATE_KEY.test(text);
}
