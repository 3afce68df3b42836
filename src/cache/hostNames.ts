import { isIP } from "node:net";

/** One label of a name in the DNS (RFC 1123, section 2.1), and `_`, which names of containers have. */
const LABEL = /^[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?$/;

/**
 * Whether a text is a host as a URL has it: a DNS name, an IPv4 address, or an
 * IPv6 address in brackets.
 *
 * `URL` alone takes much more for a host, `$(id)` and a backtick for two, and a
 * host stands in commands that people copy.
 */
export function isHost(text: string): boolean {
    const inBrackets = /^\[(.*)\]$/.exec(text)?.[1];
    if (inBrackets !== undefined) return isIP(inBrackets) === 6 && URL.canParse(`http://${text}`);
    const labels = text.replace(/\.$/, "").split(".");
    if (text.length > 253 || !labels.every((label) => LABEL.test(label))) return false;
    // A URL takes `1.2.3`, `010.0.0.1` and `0x7f.1` for other addresses than they look like.
    return !/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "") || isIP(text) === 4;
}

/** Whether a text is a host, perhaps with `:` and a port from 1 to 65535. */
export function isHostAndPort(text: string): boolean {
    const { host, port } = /^(?<host>.*?)(:(?<port>\d{1,5}))?$/.exec(text)?.groups ?? {};
    return isHost(host ?? "") && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}
