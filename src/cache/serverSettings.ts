import { shown } from "./problem.ts";
import { isHostAndPort } from "./hostNames.ts";
import type { Completed, Fault, Table } from "./setting.ts";
import { regionFault } from "./valueChecks.ts";

/** How a stack's server is reached: those of the minio provider's own keys (`minio:…`) that this project reads. */
export interface GivenServerSettings {
    readonly minioServer: string;
    readonly minioUser: string;
    readonly minioPassword: string;
    readonly minioSsl?: boolean;
    readonly minioCacertFile?: string;
    readonly minioRegion?: string;
    readonly minioInsecure?: boolean;
}

/** Each is stated here and where it is used. What the CA's file holds is checked where it is read. */
export const SERVER_SETTINGS = {
    minioServer: {
        kind: "text",
        needed: "the server's host and perhaps a port; set it with: pulumi config set minio:minioServer s3.homelab.local",
        check: hostFault,
        description:
            "Host, or host:port, of the MinIO server: a DNS name, an IPv4 address, or an IPv6 address in brackets.",
    },
    minioUser: {
        kind: "text",
        needed: "the server's administrator; set it with: pulumi config set minio:minioUser NAME",
        description: "Its administrator.",
    },
    minioPassword: {
        kind: "text",
        needed: "the password of the user in minio:minioUser; set it with: pulumi config set --secret minio:minioPassword",
        secret: "a secret: pulumi config set --secret minio:minioPassword",
        description: "Password of the user in `minio:minioUser`.",
        more: "`pulumi config set --secret minio:minioPassword`",
    },
    minioSsl: { kind: "flag", default: false, description: "Whether it is https." },
    minioCacertFile: {
        kind: "text",
        unset: "none",
        description: "PEM file of a private CA; a relative path starts at the project's folder.",
        more: "Hosts get its certificates, and nothing else of it, in the output `hostConfig`. A file with a private key is refused.",
    },
    minioRegion: {
        kind: "text",
        unset: "`us-east-1`",
        check: regionFault,
        description: "The server's region: 2 to 63 letters, digits, `-` and `_`, first a letter.",
    },
    minioInsecure: {
        kind: "flag",
        default: false,
        description: "Whether the server's certificate goes unchecked.",
        more: "Leave it: hosts check it all the same.",
    },
} as const satisfies Table<GivenServerSettings>;

/** How a stack's server is reached, with every default filled in. */
export type ServerSettings = Completed<GivenServerSettings, typeof SERVER_SETTINGS>;

function hostFault(host: unknown): Fault | undefined {
    if (typeof host === "string" && isHostAndPort(host)) return undefined;
    return {
        wrong: `is ${shown(host)}`,
        allowed:
            "a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)",
    };
}
