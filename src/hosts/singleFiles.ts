// The files that a host may be given one by one.

import { awsCredentials } from "./awsCredentials.ts";
import { bundle } from "../cache/pem.ts";
import { privateCa, readerNixConf } from "./nixConf.ts";
import type { BuilderSecrets, HostFile, HostInput } from "./plan.ts";

/** The lines of nix.conf. */
export function nixConfFile({ config }: HostInput): HostFile {
    return { name: "nix.conf", content: readerNixConf(config), secret: false };
}

/** The private CA alone; none where the server's certificate is publicly trusted. */
export function caFiles({ config }: HostInput): HostFile[] {
    const content = privateCa(config);
    return content === undefined ? [] : [{ name: "ca.crt", content, secret: false }];
}

/** The system's certificates, and the private CA where there is one. */
export function bundleFile({ config, systemCertificates }: HostInput): HostFile {
    const content = bundle(systemCertificates, privateCa(config) ?? "");
    return { name: "ca-bundle.crt", content, secret: false };
}

/** A credentials file of the AWS SDK with one builder's profile. */
export function credentialsFile({ credentials }: BuilderSecrets): HostFile {
    return { name: "credentials", content: awsCredentials([credentials]), secret: true };
}

/** The signing key, as Nix reads it. */
export function signingKeyFile({ signingKey }: BuilderSecrets): HostFile {
    return { name: "signing-key", content: `${signingKey}\n`, secret: true };
}

/** What the push service reads the cache's address from; of the authority's file, which an earlier version handed on whole, the certificates. */
export function hostConfigFile({ config }: HostInput): HostFile {
    const told = { ...config, caCertificate: privateCa(config) ?? null };
    return { name: "host-config.json", content: `${JSON.stringify(told, null, 2)}\n`, secret: false };
}

/** All of them that this host needs. */
export function parts(input: HostInput): HostFile[] {
    const ca = caFiles(input);
    return [
        nixConfFile(input),
        ...ca,
        ...(ca.length === 0 ? [] : [bundleFile(input)]),
        ...(input.builder === undefined
            ? []
            : [hostConfigFile(input), credentialsFile(input.builder), signingKeyFile(input.builder)]),
    ];
}
