import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { bundle } from "../src/cache/pem.ts";
import { shellCertificates } from "../src/system/systemCertificates.ts";
import { writeWhole } from "../src/system/wholeFile.ts";

/** A private CA and a server certificate of it, as files. */
export interface Certificates {
    /** Folder for MinIO's `--certs-dir`: `public.crt` and `private.key`. */
    readonly dir: string;
    /** File with the CA's certificate, in PEM. */
    readonly caFile: string;
    /** The CA's certificate, in PEM. */
    readonly ca: string;
}

const DAY_MS = 86_400_000;
/** The longest that every client takes for a server. */
const VALID_DAYS = 825;
/** Certificates are made anew when fewer days are left. */
const RENEW_DAYS = 30;

/**
 * A private CA and a certificate for 127.0.0.1, ::1 and localhost that is valid
 * for 825 days; those of the folder if they are good for 30 days more.
 *
 * The CA's private key is never written: nobody can make another certificate
 * that who trusts this CA would trust.
 *
 * @param dir folder for the files, made with mode 0700; the key has mode 0600
 */
export async function ensureCertificates(dir: string): Promise<Certificates> {
    const caFile = join(dir, "ca.crt");
    if (!stillGood(dir, caFile)) await makeCertificates(dir, caFile);
    return { dir, caFile, ca: readFileSync(caFile, "utf8") };
}

/**
 * Writes the system's certificates and a CA into one file, because
 * NIX_SSL_CERT_FILE replaces the system's: with the private CA alone, a
 * public cache could not be reached any more.
 */
export function writeBundle(file: string, ca: string): void {
    const content = bundle(shellCertificates(), ca);
    if (existsSync(file) && readFileSync(file, "utf8") === content) return;
    writeWhole(file, content, 0o644);
}

function stillGood(dir: string, caFile: string): boolean {
    try {
        const server = new X509Certificate(readFileSync(join(dir, "public.crt")));
        const ca = new X509Certificate(readFileSync(caFile));
        const left = Date.parse(server.validTo) - Date.now();
        return (
            existsSync(join(dir, "private.key")) && left > RENEW_DAYS * DAY_MS && server.verify(ca.publicKey)
        );
    } catch {
        // Missing, or half written by a run that was ended.
        return false;
    }
}

async function makeCertificates(dir: string, caFile: string): Promise<void> {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const common = {
        keyType: "ec",
        algorithm: "sha256",
        // A clock that is a little behind takes it too.
        notBeforeDate: new Date(Date.now() - DAY_MS),
        notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
    } as const;
    const ca = await generate([{ name: "commonName", value: "nix-cache sandbox CA" }], {
        ...common,
        extensions: [
            { name: "basicConstraints", cA: true, critical: true },
            { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
        ],
    });
    const server = await generate([{ name: "commonName", value: "localhost" }], {
        ...common,
        ca: { key: ca.private, cert: ca.cert },
        extensions: [
            { name: "basicConstraints", cA: false, critical: true },
            { name: "keyUsage", digitalSignature: true, critical: true },
            { name: "extKeyUsage", serverAuth: true },
            {
                name: "subjectAltName",
                altNames: [
                    { type: 2, value: "localhost" },
                    { type: 7, ip: "127.0.0.1" },
                    { type: 7, ip: "::1" },
                ],
            },
        ],
    });
    writeFileSync(join(dir, "private.key"), server.private, { mode: 0o600 });
    writeFileSync(join(dir, "public.crt"), pem(server.cert));
    writeFileSync(caFile, pem(ca.cert));
}

/** PEM with a line end at its end, so that files can be joined. */
function pem(text: string): string {
    return `${text.replaceAll("\r", "").trimEnd()}\n`;
}
