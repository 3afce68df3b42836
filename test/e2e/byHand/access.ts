import type { Change } from "./change.ts";
import type { Scene } from "./scene.ts";

const subject = ({ bucket }: Scene) => `anonymous access to bucket ${bucket}:`;

/** Sets the bucket's policy as `mc anonymous set-json` does. */
function policy(scene: Scene, ...statements: Record<string, unknown>[]): Promise<string> {
    const document = { Version: "2012-10-17", Statement: statements };
    return scene.mc("anonymous", "set-json", scene.file(document), scene.at);
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

/** What everyone may do, changed with mc. */
export const ACCESS: readonly Change[] = [
    {
        name: "anonymous access removed",
        make: ({ mc, at, ...scene }) => mc.call({ at, ...scene } as Scene, "anonymous", "set", "none", at),
        seen: (scene) => [`${subject(scene)} none on the server, should be download (read and list)`],
    },
];
