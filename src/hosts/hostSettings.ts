import { profileName } from "../cache/profile.ts";
import type { ToldSettings } from "../cache/told.ts";

/** A builder's name and secret on the server, as S3 calls them. */
export interface Credentials {
    readonly accessKey: string;
    readonly secretKey: string;
}

/** Where Nix reads the cache: `ENDPOINT/BUCKET`, without a trailing slash. */
export function substituterUrl(endpoint: string, bucket: string): string {
    return `${endpoint}/${bucket}`;
}

/**
 * Where Nix pushes to (Nix manual, "S3 Binary Cache Store").
 *
 * The endpoint is given as a full URL: Nix from 2.33 on takes `host:port` for
 * https and ignores `scheme=` for what it writes, older ones hand a full URL
 * to the AWS SDK, which takes it as it is. No trailing slash: it answers 400.
 *
 * @param profile name in a credentials file, as `profileName` makes it of a builder's
 */
export function storeUri(endpoint: string, bucket: string, region: string, profile: string): string {
    return `s3://${bucket}?endpoint=${endpoint}&region=${region}&profile=${encodeURIComponent(profile)}`;
}

/** Lines for `nix.conf` that add the cache and its keys to what a host has already. */
export function nixConf(substituter: string, trustedPublicKeys: readonly string[]): string {
    return [
        `extra-substituters = ${substituter}`,
        `extra-trusted-public-keys = ${trustedPublicKeys.join(" ")}`,
        "",
    ].join("\n");
}

/**
 * A credentials file for the AWS SDK (`~/.aws/credentials`) with one profile for each builder.
 *
 * A builder whose profile has another name than itself has one under its own
 * name too, behind: what was set up before profiles had names of their own asks
 * for that, and who cannot read it skips it.
 */
export function awsCredentials(builders: readonly Credentials[]): string {
    return builders
        .flatMap((builder) => {
            const names = [...new Set([profileName(builder.accessKey), builder.accessKey])];
            return names.map((name) => profile(name, builder));
        })
        .join("\n");
}

function profile(name: string, { accessKey, secretKey }: Credentials): string {
    return [`[${name}]`, `aws_access_key_id = ${accessKey}`, `aws_secret_access_key = ${secretKey}`, ""].join(
        "\n",
    );
}

/** All that a host needs to use the cache; nothing in it is secret. */
export interface HostConfig extends ToldSettings {
    /** Format of this object; a change that breaks readers raises it. */
    readonly version: 1;
    readonly substituter: string;
    readonly region: string;
    readonly storeUri: string;
    /** The key that new pushes are signed with. */
    readonly publicKey: string;
    /** Every key whose signatures hosts accept, the current one first. */
    readonly trustedPublicKeys: readonly string[];
    readonly nixConf: string;
    /** The page in the cache that says how to use it. */
    readonly usagePage: string;
    /** PEM of the private CA; null when the server's certificate is publicly trusted. */
    readonly caCertificate: string | null;
}
