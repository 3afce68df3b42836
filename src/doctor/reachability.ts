import { DAY_MS } from "../cache/day.ts";
import { lookup } from "node:dns/promises";
import { connect as connectTcp } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { bad, ok, type Check } from "./check.ts";

const TIMEOUT_MS = 10_000;
/** Days before the certificate's end from which on it is worth a warning. */
const WARN_DAYS = 14;

/** Whether hosts find the server by its name, and can trust its certificate. */
export async function reachabilityChecks(endpoint: string, ca: string | undefined): Promise<Check[]> {
    const url = new URL(endpoint);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const name = await nameCheck(host);
    if (name.result === "failure") return [name];
    const port = Number(url.port || (url.protocol === "http:" ? 80 : 443));
    const connection = await connectionCheck(host, port);
    if (connection.result === "failure") return [name, connection];
    if (url.protocol === "http:") {
        return [
            name,
            connection,
            bad(
                "TLS certificate",
                "warning",
                "the endpoint is http, without TLS",
                "set minio:minioSsl and an https endpoint",
            ),
        ];
    }
    return [name, connection, await certificateCheck(host, port, ca)];
}

async function nameCheck(host: string): Promise<Check> {
    try {
        const addresses = await lookup(host, { all: true });
        return ok("name resolution", `${host} is ${addresses.map(({ address }) => address).join(", ")}`);
    } catch {
        return bad(
            "name resolution",
            "failure",
            `${host} has no address here`,
            "add it to your DNS, or to networking.hosts (/etc/hosts)",
        );
    }
}

/** Whether anything listens there. */
function connectionCheck(host: string, port: number): Promise<Check> {
    return new Promise((resolve) => {
        const socket = connectTcp({ host, port });
        const end = (check: Check) => {
            socket.destroy();
            resolve(check);
        };
        const failed = (seen: string) =>
            end(
                bad(
                    "connection",
                    "failure",
                    `port ${port}: ${seen}`,
                    "is MinIO running, is the endpoint's port right, does a firewall stand in between?",
                ),
            );
        socket.setTimeout(TIMEOUT_MS, () => failed(`no answer within ${TIMEOUT_MS / 1000} s`));
        socket.once("connect", () => end(ok("connection", `port ${port} answers`)));
        socket.once("error", (error: NodeJS.ErrnoException) =>
            failed(error.code === "ECONNREFUSED" ? "connection refused" : (error.code ?? error.message)),
        );
    });
}

function certificateCheck(host: string, port: number, ca: string | undefined): Promise<Check> {
    return new Promise((resolve) => {
        const socket = connect({
            host,
            port,
            ...(isAddress(host) ? {} : { servername: host }),
            ...(ca === undefined ? {} : { ca }),
        });
        socket.setTimeout(TIMEOUT_MS, () =>
            socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
        );
        socket.once("secureConnect", () => {
            const check = validity(socket.getPeerCertificate());
            socket.destroy();
            resolve(check);
        });
        socket.once("error", (error: Error) =>
            resolve(
                bad(
                    "TLS certificate",
                    "failure",
                    error.message.split("\n")[0] ?? "refused",
                    "hosts will refuse it too: renew it, or set minio:minioCacertFile to its CA and pulumi up",
                ),
            ),
        );
    });
}

function validity(certificate: PeerCertificate): Check {
    const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS);
    const seen = `trusted, valid for ${days} more day${days === 1 ? "" : "s"}`;
    return days >= WARN_DAYS
        ? ok("TLS certificate", seen)
        : bad("TLS certificate", "warning", seen, "renew it soon");
}

function isAddress(host: string): boolean {
    return /^[\d.]+$|:/.test(host);
}
