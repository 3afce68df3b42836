import { createHash } from "node:crypto";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]*?-----END CERTIFICATE-----/g;

/** The certificates in a text, in its order and each once, without what stands between them, and with plain line ends. */
export function certificatesIn(text: string): string[] {
    const found = text.replaceAll("\r", "").match(CERTIFICATE) ?? [];
    return [...new Set(found)].map((certificate) => `${certificate}\n`);
}

/** SHA-256 of a certificate, as `openssl x509 -noout -fingerprint -sha256` writes it: `AB:CD:…`. */
export function fingerprint(certificate: string): string {
    const base64 = certificate.replaceAll(/-----(BEGIN|END) CERTIFICATE-----|\s/g, "");
    const hex = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
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
