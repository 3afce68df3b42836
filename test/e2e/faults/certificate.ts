import { connect } from "node:tls";
import { generate } from "selfsigned";

const DAY_MS = 86_400_000;

/** A certificate for 127.0.0.1 of a new authority, valid until that many days from now. */
export async function newCertificate(
    days: number,
): Promise<{ ca: string; certificate: string; key: string }> {
    const common = {
        keyType: "ec",
        algorithm: "sha256",
        notBeforeDate: new Date(Date.now() - 100 * DAY_MS),
    } as const;
    const authority = await generate([{ name: "commonName", value: "another CA" }], {
        ...common,
        notAfterDate: new Date(Date.now() + 100 * DAY_MS),
        extensions: [
            { name: "basicConstraints", cA: true, critical: true },
            { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
        ],
    });
    const server = await generate([{ name: "commonName", value: "localhost" }], {
        ...common,
        notAfterDate: new Date(Date.now() + days * DAY_MS),
        ca: { key: authority.private, cert: authority.cert },
        extensions: [
            { name: "basicConstraints", cA: false, critical: true },
            { name: "extKeyUsage", serverAuth: true },
            { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
        ],
    });
    return { ca: authority.cert, certificate: server.cert, key: server.private };
}

/** What tells the certificate apart that a server shows now. */
export function servedCertificate(address: string): Promise<string> {
    const [host = "", port = ""] = address.split(":");
    return new Promise((resolve, reject) => {
        const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
            resolve(socket.getPeerCertificate().fingerprint256);
            socket.destroy();
        });
        socket.on("error", reject);
    });
}
