import { existsSync, readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";

/** Where systems keep their certificates, all in one file. */
const PLACES = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/** What the environment says where the certificates are. */
function namedCertificates(): string[] {
    const { NIX_SSL_CERT_FILE = "", SSL_CERT_FILE = "" } = process.env;
    return [NIX_SSL_CERT_FILE, SSL_CERT_FILE].filter((path) => path !== "");
}

/**
 * The certificates of the first of these places that is there; where there is
 * none, those that Node.js brings along.
 *
 * @param places default: the usual ones first, then what the environment
 * names, which is of this shell alone
 */
export function systemCertificates(places = [...PLACES, ...namedCertificates()]): string {
    const place = places.find((path) => existsSync(path));
    return place === undefined ? rootCertificates.join("\n") : readFileSync(place, "utf8");
}

/** For what runs in this shell: what its environment names comes first. */
export function shellCertificates(): string {
    return systemCertificates([...namedCertificates(), ...PLACES]);
}
