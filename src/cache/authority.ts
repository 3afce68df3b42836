import { X509Certificate } from "node:crypto";
import { areWhole, base64Of, certificatesIn, holdsPrivateKey } from "./pem.ts";
import type { Problem } from "./problem.ts";

/**
 * What is wrong with a private authority's certificates. They become public:
 * hosts are told them, in files that anybody may read. So of a text without a
 * problem {@link publicPart} alone is handed on.
 *
 * A text with any private key is refused whole, since whoever wrote it did not
 * mean to hand that out. A certificate that is no authority's is taken: a
 * server's own, self-signed one is what it is checked against, and a chain may
 * begin with the server's.
 *
 * @param setting the name of what holds them, for the message; no part of the text is in it
 */
export function authorityProblems(setting: string, pem: string): Problem[] {
    const problem = (wrong: string) => [
        { setting, wrong, allowed: "a file with the CA's certificate in PEM" },
    ];
    if (holdsPrivateKey(pem))
        return problem("holds a private key, which would be published with the certificate");
    const certificates = certificatesIn(pem);
    if (!areWhole(pem) || !certificates.every(isCertificate))
        return problem("holds a certificate that is none");
    return certificates.length === 0 ? problem("holds no certificate") : [];
}

/** The certificates alone, each once, without what stands between them. */
export function publicPart(pem: string): string {
    return certificatesIn(pem).join("");
}

/** Whether it is a certificate and nothing more: what stands behind it could be anything, a key too. */
function isCertificate(pem: string): boolean {
    const base64 = base64Of(pem);
    try {
        return new X509Certificate(Buffer.from(base64, "base64")).raw.toString("base64") === base64;
    } catch {
        return false;
    }
}
