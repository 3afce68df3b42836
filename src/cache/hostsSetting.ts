// What the setting `hosts` may be: machines that the stack itself sets up over SSH.

import { isIP } from "node:net";
import { shown, type Problem } from "./problem.ts";

/** A machine that the stack itself sets up over SSH, as the setting `hosts` names it. */
export interface RolloutHost {
    /** What its resource is named after; another name is another machine. */
    readonly name: string;
    /** Host name or IP address. */
    readonly address: string;
    /** Default: 22. */
    readonly port?: number;
    /** Who logs in; anybody but root needs sudo without a password. Default: `root`. */
    readonly user?: string;
    /** Name of the builder whose secrets it is given. Default: it only reads. */
    readonly builder?: string;
    /** Its public host key, `TYPE BASE64`. Default: any is accepted, which a builder's secrets are too good for. */
    readonly hostKey?: string;
}

/** The machines that the stack sets up, and the key that it logs in with. */
export interface Rollout {
    readonly hosts: readonly RolloutHost[];
    /** Text of an SSH private key without a passphrase. Secret. Default: there is none, nor a host. */
    readonly privateKey?: string | undefined;
}

const FIELDS = ["name", "address", "port", "user", "builder", "hostKey"];
const NAME = /^[0-9A-Za-z]([0-9A-Za-z.-]{0,61}[0-9A-Za-z])?$/;
const USER = /^[A-Za-z_][0-9A-Za-z_.-]{0,31}$/;
/**
 * The provider asks for exactly the type that the key names: `ssh-rsa` would be
 * RSA with SHA-1, which no sshd of today does.
 */
const HOST_KEY = /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [0-9A-Za-z+/]+={0,2}( [^\r\n]*)?$/;
const PRIVATE_KEY =
    /^-----BEGIN ([A-Z]+ )?PRIVATE KEY-----\r?\n[\s\S]+\n-----END ([A-Z]+ )?PRIVATE KEY-----\s*$/;

/**
 * All that is wrong with a roll-out, which may be anything, in its order; empty
 * when it can be done. No message quotes the private key.
 */
export function rolloutProblems(
    { hosts, privateKey }: { readonly [Key in keyof Rollout]?: unknown },
    builders: readonly string[],
): Problem[] {
    if (!Array.isArray(hosts)) {
        const allowed = "a list of objects, each with a name and an address";
        return [{ setting: "hosts", wrong: `is ${shown(hosts)}`, allowed }];
    }
    const each = hosts.flatMap((host: unknown, index) => hostProblems(host, index, builders));
    if (each.length > 0) return each;
    return [...twiceProblems(hosts as RolloutHost[]), ...privateKeyProblems(hosts.length, privateKey)];
}

function hostProblems(host: unknown, index: number, builders: readonly string[]): Problem[] {
    const at = `hosts[${index}]`;
    if (typeof host !== "object" || host === null || Array.isArray(host)) {
        return [{ setting: at, wrong: `is ${shown(host)}`, allowed: "an object with a name and an address" }];
    }
    const given = host as Readonly<Record<string, unknown>>;
    const unknown = Object.keys(given).find((field) => !FIELDS.includes(field));
    if (unknown !== undefined)
        return [
            {
                setting: `${at}.${unknown}`,
                wrong: "is no field of a host",
                allowed: `one of ${FIELDS.join(", ")}`,
            },
        ];
    const { name, address, port = 22, user = "root", builder, hostKey } = given;
    const checks: [field: string, fits: boolean, allowed: string][] = [
        [
            "name",
            matches(name, NAME),
            "1 to 63 letters, digits, dots and hyphens, first and last a letter or digit",
        ],
        ["address", isAddress(address), "a host name or an IP address, without a port"],
        ["port", isPort(port), "a whole number from 1 to 65535"],
        ["user", matches(user, USER), "the name of a user on that host"],
        [
            "builder",
            builder === undefined || builders.includes(builder as string),
            `one of builders (${builders.join(", ")}), or not set`,
        ],
        [
            "hostKey",
            hostKey === undefined ? builder === undefined : matches(hostKey, HOST_KEY),
            `a public key of the type ssh-ed25519 or ecdsa-sha2-nistp256, -384 or -521, as in /etc/ssh/ssh_host_ed25519_key.pub on that host${builder === undefined ? "" : ": a builder's secrets go to it"}`,
        ],
    ];
    return checks.flatMap(([field, fits, allowed]) => {
        if (fits) return [];
        const value = given[field];
        return [
            {
                setting: `${at}.${field}`,
                wrong: value === undefined ? "is not set" : `is ${shown(value)}`,
                allowed,
            },
        ];
    });
}

function twiceProblems(hosts: readonly RolloutHost[]): Problem[] {
    const allowed = "a list of different machines";
    const twice = (key: (host: RolloutHost) => string) => {
        const all = hosts.map(key);
        return all.find((one, index) => all.indexOf(one) !== index);
    };
    // Two names on one machine would overwrite each other's files in no order.
    const same =
        twice(({ name }) => name.toLowerCase()) ??
        twice(({ address, port = 22 }) => `${address.toLowerCase()} port ${port}`);
    return same === undefined ? [] : [{ setting: "hosts", wrong: `has ${shown(same)} twice`, allowed }];
}

function privateKeyProblems(hosts: number, privateKey: unknown): Problem[] {
    const problem = (wrong: string): Problem[] => [
        {
            setting: "hostsPrivateKey",
            wrong,
            allowed:
                "the text of an SSH private key without a passphrase; set it with: pulumi config set --secret hostsPrivateKey < FILE",
        },
    ];
    if (privateKey === undefined) return hosts === 0 ? [] : problem("is not set");
    return matches(privateKey, PRIVATE_KEY) ? [] : problem("is no private key");
}

function matches(value: unknown, pattern: RegExp): value is string {
    return typeof value === "string" && pattern.test(value);
}

function isAddress(value: unknown): boolean {
    return (
        typeof value === "string" &&
        value.length <= 253 &&
        (isIP(value) !== 0 || /^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$/.test(value))
    );
}

function isPort(value: unknown): boolean {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= 65_535;
}
