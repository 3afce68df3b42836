import type { Credentials } from "../hosts/awsCredentials.ts";
import { UserError } from "../cache/problem.ts";
import { profileName } from "../cache/profile.ts";

/**
 * Reads one profile of a credentials file (AWS SDKs and Tools Reference Guide,
 * "Shared config and credentials files").
 *
 * @param profile its name, as in `[profile]`
 * @param file the file's name, for messages; its content is never in one
 * @throws UserError when there is no such profile, or it is not whole
 */
export function readCredentials(text: string, profile: string, file: string): Credentials {
    const profiles = profilesIn(text);
    const found = profiles.get(profile);
    if (found === undefined) {
        const names = [...profiles.keys()].join(", ");
        throw new UserError(`${file} has no profile [${profile}] (it has: ${names === "" ? "none" : names})`);
    }
    const accessKey = found.get("aws_access_key_id");
    const secretKey = found.get("aws_secret_access_key");
    if (accessKey === undefined || secretKey === undefined) {
        throw new UserError(
            `${file}: the profile [${profile}] needs aws_access_key_id and aws_secret_access_key`,
        );
    }
    return { accessKey, secretKey };
}

/**
 * The profile of a builder in a credentials file: the one that every Nix can
 * read, or, in a file of before there was one, that of the builder's own name.
 *
 * @param name the builder's name; or a profile's, which is its own
 */
export function profileOf(text: string, name: string): string {
    const profiles = profilesIn(text);
    return profiles.has(name) && !profiles.has(profileName(name)) ? name : profileName(name);
}

function profilesIn(text: string): Map<string, Map<string, string>> {
    const profiles = new Map<string, Map<string, string>>();
    let current: Map<string, string> | undefined;
    for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
        const section = /^\[([^\]]+)\]$/.exec(line)?.[1];
        if (section !== undefined) {
            current = new Map();
            profiles.set(section.trim().replace(/^profile\s+/, ""), current);
            continue;
        }
        const [, name, value] = /^([A-Za-z0-9_]+)\s*=\s*(.+)$/.exec(line) ?? [];
        if (name !== undefined && value !== undefined) current?.set(name.toLowerCase(), value);
    }
    return profiles;
}
