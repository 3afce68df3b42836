import { cacheInfo } from "../../../src/cache/cacheInfo.ts";
import type { Change } from "./change.ts";
import type { Scene } from "./scene.ts";

const missing = (s: Scene) => [
    `bucket ${s.bucket}: missing on the server, with all that it held, should be there`,
];

/** Changed settings that the stack leaves alone on every bucket, the bucket itself, and several things at once. */
export const BUCKETS: readonly Change[] = [
    {
        name: "a quota that blocks uploads",
        listed: true,
        make: (s) => s.mc("quota", "set", s.at, "--size", "1KiB"),
        seen: (s) => [
            `quota of bucket ${s.bucket}: 1024 bytes, beyond which uploads are refused, should be none`,
        ],
    },
    {
        name: "bucket tags",
        make: (s) => s.mc("tag", "set", s.at, "owner=somebody"),
        seen: (s) => [`tags of bucket ${s.bucket}: set on the server, should be none`],
    },
    {
        name: "default encryption",
        make: (s) => s.mc("encrypt", "set", "sse-s3", s.at),
        seen: (s) => [`default encryption of bucket ${s.bucket}: set on the server, should be none`],
    },
    {
        name: "event notifications",
        make: (s) => s.mc("event", "add", s.at, "arn:minio:sqs::test:webhook", "--event", "put"),
        seen: (s) => [`event notifications of bucket ${s.bucket}: set on the server, should be none`],
    },
    {
        name: "several things at once",
        listed: true,
        make: async (s) => {
            await s.mc("admin", "user", "disable", "server", s.one);
            await s.mc("quota", "set", s.at, "--size", "1KiB");
            await s.mc("anonymous", "set", "none", s.at);
            await s.mc("rm", `${s.at}/nix-cache-info`);
            await s.mc("ilm", "rule", "rm", "--all", "--force", s.at);
        },
        seen: (s) => [
            `user ${s.one}: disabled on the server, should be enabled`,
            /^quota of bucket/,
            /^anonymous access to bucket .*: none on the server/,
            "object nix-cache-info: missing on the server, should be there",
            /^expiry of bucket .*: no lifecycle rules on the server/,
        ],
    },
    {
        name: "bucket deleted",
        listed: true,
        make: (s) => s.mc("rb", "--force", s.at),
        seen: missing,
        takesObjects: true,
    },
    {
        name: "bucket deleted, and a builder and the write policy too",
        make: async (s) => {
            await s.mc("rb", "--force", s.at);
            for (const name of [s.one, s.two]) await s.mc("admin", "user", "rm", "server", name);
            await s.mc("admin", "policy", "rm", "server", s.writePolicy);
        },
        seen: (s) => [
            ...missing(s),
            `policy ${s.writePolicy}: missing on the server, should be there`,
            `user ${s.one}: missing on the server, should be there`,
            `user ${s.two}: missing on the server, should be there`,
        ],
        takesObjects: true,
    },
    {
        name: "bucket deleted and made again, empty",
        make: async (s) => {
            await s.mc("rb", "--force", s.at);
            await s.mc("mb", s.at);
        },
        seen: () => [
            /^anonymous access to bucket .*: none on the server/,
            /^expiry of bucket .*: no lifecycle rules on the server/,
            "object nix-cache-info: missing on the server, should be there",
            "object usage.html: missing on the server, should be there",
        ],
        takesObjects: true,
    },
    {
        name: "bucket deleted and made again as the original page makes it",
        make: async (s) => {
            await s.mc("rb", "--force", s.at);
            await s.mc("mb", s.at);
            await s.mc("anonymous", "set", "download", s.at);
            await s.mcWith(cacheInfo(40), "pipe", `${s.at}/nix-cache-info`);
            await s.mc("ilm", "rule", "add", "--expire-days", "30", s.at);
        },
        seen: () => [
            /^expiry of bucket .*: a rule for the whole bucket was added \(30 days\); the rule for nar\/\* is missing/,
            /^object nix-cache-info: its content type is "application\/octet-stream"/,
            "object usage.html: missing on the server, should be there",
        ],
        takesObjects: true,
    },
];
