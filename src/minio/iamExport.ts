import type { Snapshot } from "../cache/live.ts";
import { json, type Files } from "./exportFiles.ts";

/** Users, policies and groups in MinIO's IAM export (`mc admin cluster iam export`). */
export type Identities = Pick<Snapshot, "users" | "policies" | "groups">;

/** Reads them from the files of the export. */
export function readIdentities(files: Files): Identities {
    const groups = json<{ members?: string[] | null }>(files, "groups.json");
    const accounts = Object.entries(json<{ parent: string }>(files, "svcaccts.json"));
    const attached = (name: string, to: string) =>
        (json<{ policy?: string }>(files, name)[to]?.policy ?? "")
            .split(",")
            .filter((policy) => policy !== "");

    const users = json<{ secretKey: string; status: string }>(files, "users.json");
    return {
        users: Object.fromEntries(
            Object.entries(users).map(([name, user]) => [
                name,
                {
                    secretKey: user.secretKey,
                    enabled: user.status === "enabled" || user.status === "on",
                    policies: attached("user_mappings.json", name),
                    groups: Object.keys(groups).filter((group) => groups[group]?.members?.includes(name)),
                    serviceAccounts: accounts.filter(([, { parent }]) => parent === name).map(([key]) => key),
                },
            ]),
        ),
        policies: json<unknown>(files, "policies.json"),
        groups: Object.fromEntries(
            Object.keys(groups).map((group) => [group, attached("group_mappings.json", group)]),
        ),
    };
}
