import type { Change } from "./change.ts";
import type { Scene } from "./scene.ts";

const subject = ({ bucket }: Scene) => `anonymous access to bucket ${bucket}:`;
const DOWNLOAD = "should be download (read and list)";
const pattern = "should be download \\(read and list\\)";

/** Sets the bucket's policy as `mc anonymous set-json` does. */
export function setPolicy(s: Scene, ...statements: Record<string, unknown>[]): Promise<string> {
    const document = { Version: "2012-10-17", Statement: statements };
    return s.mc("anonymous", "set-json", s.file(document), s.at);
}

const everyone = { Effect: "Allow", Principal: { AWS: ["*"] } };
const onBucket = ({ bucket }: Scene) => ({
    ...everyone,
    Action: ["s3:GetBucketLocation", "s3:ListBucket"],
    Resource: [`arn:aws:s3:::${bucket}`],
});
const onObjects = ({ bucket }: Scene) => ({
    ...everyone,
    Action: ["s3:GetObject"],
    Resource: [`arn:aws:s3:::${bucket}/*`],
});

/** What everyone may do, changed with mc anonymous. */
export const ACCESS: readonly Change[] = [
    {
        name: "anonymous access removed",
        listed: true,
        make: (s) => s.mc("anonymous", "set", "none", s.at),
        seen: (s) => [`${subject(s)} none on the server, ${DOWNLOAD}`],
    },
    {
        name: "anonymous access widened to write (mc anonymous set public)",
        listed: true,
        make: (s) => s.mc("anonymous", "set", "public", s.at),
        seen: (s) => [new RegExp(`^${subject(s)} everyone can write, delete on the server.*${pattern}$`)],
    },
    {
        name: "anonymous access changed to upload",
        make: (s) => s.mc("anonymous", "set", "upload", s.at),
        seen: (s) => [
            new RegExp(
                `^${subject(s)} everyone can write, delete, not everyone can read, list on the.*${pattern}$`,
            ),
        ],
    },
    {
        name: "anonymous listing removed",
        listed: true,
        make: (s) => setPolicy(s, { ...onBucket(s), Action: ["s3:GetBucketLocation"] }, onObjects(s)),
        seen: (s) => [new RegExp(`^${subject(s)} not everyone can list on the server .*${pattern}$`)],
    },
    {
        name: "anonymous access to NARs alone (mc anonymous set download on a prefix)",
        make: async (s) => {
            await s.mc("anonymous", "set", "none", s.at);
            await s.mc("anonymous", "set", "download", `${s.at}/nar`);
        },
        seen: (s) => [new RegExp(`^${subject(s)} .*not everyone can read, list on the server .*${pattern}$`)],
    },
    {
        name: "anonymous write to a prefix added",
        make: (s) =>
            setPolicy(s, onBucket(s), onObjects(s), {
                ...everyone,
                Action: ["s3:PutObject"],
                Resource: [`arn:aws:s3:::${s.bucket}/log/*`],
            }),
        seen: (s) => [
            new RegExp(`^${subject(s)} everyone can write on the server \\(allows s3:PutObject on .*/log`),
        ],
    },
    {
        name: "anonymous read with a condition",
        make: (s) =>
            setPolicy(s, onBucket(s), {
                ...onObjects(s),
                Condition: { IpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } },
            }),
        seen: (s) => [new RegExp(`^${subject(s)} not everyone can read on the server .*${pattern}$`)],
    },
    {
        name: "everything allowed to everyone with a wildcard",
        make: (s) => setPolicy(s, onBucket(s), { ...onObjects(s), Action: ["s3:*"] }),
        seen: (s) => [new RegExp(`^${subject(s)} everyone can write, delete on the server .*${pattern}$`)],
    },
    {
        name: "a denial for NARs added",
        make: (s) =>
            setPolicy(s, onBucket(s), onObjects(s), {
                ...onObjects(s),
                Effect: "Deny",
                Resource: [`arn:aws:s3:::${s.bucket}/nar/*`],
            }),
        seen: (s) => [
            new RegExp(
                `^${subject(s)} not everyone can read on the server \\(denies s3:GetObject on ${s.bucket}/nar/\\* for everyone\\), ${pattern}$`,
            ),
        ],
    },
];
