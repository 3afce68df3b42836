// The credentials file that a builder pushes with.

import { profileName } from "../cache/profile.ts";

/** A builder's name and secret on the server, as S3 calls them. */
export interface Credentials {
    readonly accessKey: string;
    readonly secretKey: string;
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
