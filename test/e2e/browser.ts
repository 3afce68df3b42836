import { createHash, X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { chromium, type Browser } from "playwright-core";
import type { Connection } from "../../src/s3/connection.ts";
import { findChromium } from "../../toolchain/chromium.ts";
import { sayOn } from "../../src/system/progress.ts";

/**
 * Starts the machine's Chromium, which trusts this server and no other beside
 * those that it knows, and finds no other address than this machine's.
 *
 * @param server undefined: it does not know the private authority
 * @returns undefined where there is no Chromium
 */
export async function openBrowser(server: Connection | undefined): Promise<Browser | undefined> {
    const executablePath = await findChromium(sayOn(process.stdout));
    if (executablePath === undefined) return undefined;
    const trust =
        server === undefined ? [] : [`--ignore-certificate-errors-spki-list=${await publicKeyHash(server)}`];
    return chromium.launch({
        executablePath,
        args: ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", ...trust],
    });
}

/** What the server's certificate, which the private authority must have signed, is known by. */
function publicKeyHash({ url, ca = "" }: Connection): Promise<string> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
        const socket = connect({ host: hostname, port: Number(port), ca }, () => {
            const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw);
            socket.end();
            const key = publicKey.export({ type: "spki", format: "der" });
            resolve(createHash("sha256").update(key).digest("base64"));
        });
        socket.on("error", reject);
    });
}
