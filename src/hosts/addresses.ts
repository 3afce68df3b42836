// The addresses at which Nix reads the cache and pushes to it.

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
