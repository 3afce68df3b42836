import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mc } from "../mc.ts";
import { Bucket } from "../objects.ts";
import type { TestStack } from "../testStack.ts";
import { newFolder } from "../world.ts";

interface Resource {
    readonly type: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
}

/** A secret as `pulumi stack export --show-secrets` writes it: its value is JSON. */
interface Secret {
    readonly plaintext: string;
}

/** Makes on a server, by MinIO's own client, what a stack's state says that it has. */
export async function makeServer(stack: TestStack): Promise<void> {
    const { stdout, stderr } = await stack.cli("stack", "export", "--show-secrets");
    assert.notEqual(stdout, "", stderr);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: Resource[] } };
    const inputsOf = (kind: string) =>
        deployment.resources
            .filter(({ type }) => type.endsWith(`:${kind}`))
            .map(
                ({ inputs = {} }) =>
                    (name: string) =>
                        plain(inputs[name]),
            );
    const does = async (args: readonly string[], input?: string) => {
        const outcome = await mc(stack, args, undefined, input);
        assert.equal(outcome.status, 0, `mc ${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
    };
    for (const of of inputsOf("S3Bucket")) await does(["mb", `server/${of("bucket")}`]);
    for (const of of inputsOf("S3BucketPolicy"))
        await does(["anonymous", "set-json", asFile(of("policy")), `server/${of("bucket")}`]);
    for (const { inputs = {} } of deployment.resources.filter(({ type }) => type.endsWith(":IlmPolicy")))
        await does(["ilm", "rule", "import", `server/${plain(inputs.bucket)}`], lifecycle(inputs.rules));
    for (const of of inputsOf("IamPolicy"))
        await does(["admin", "policy", "create", "server", of("name"), asFile(of("policy"))]);
    for (const of of inputsOf("IamUser"))
        await does(["admin", "user", "add", "server", of("name"), of("secret")]);
    for (const of of inputsOf("IamUserPolicyAttachment"))
        await does(["admin", "policy", "attach", "server", of("policyName"), "--user", of("userName")]);
    for (const of of inputsOf("S3Object"))
        await put(new Bucket(stack.minio.connection, of("bucketName")), of("objectName"), {
            content: of("content"),
            contentType: of("contentType"),
        });
}

/** As the provider puts it: in one part of several, which is in its ETag (the S3 API's CreateMultipartUpload). */
async function put(
    bucket: Bucket,
    key: string,
    { content, contentType }: { readonly content: string; readonly contentType: string },
): Promise<void> {
    const ask = async (...asked: Parameters<Bucket["request"]>) => {
        const answer = await bucket.request(...asked);
        assert.equal(answer.status, 200, answer.body.toString());
        return answer;
    };
    const headers = { "Content-Type": contentType };
    const begun = await ask("POST", key, { query: { uploads: "" }, headers });
    const uploadId = /<UploadId>([^<]+)</.exec(begun.body.toString())?.[1] ?? "";
    const part = await ask("PUT", key, { query: { partNumber: "1", uploadId }, body: content });
    const tag = `<PartNumber>1</PartNumber><ETag>${part.headers.etag ?? ""}</ETag>`;
    const body = `<CompleteMultipartUpload><Part>${tag}</Part></CompleteMultipartUpload>`;
    await ask("POST", key, { query: { uploadId }, body });
}

function plain(value: unknown): string {
    if (typeof value === "string") return value;
    const text: unknown = JSON.parse((value as Secret).plaintext);
    assert.equal(typeof text, "string");
    return text as string;
}

function asFile(text: string): string {
    const file = join(newFolder("policy"), "policy.json");
    writeFileSync(file, text);
    return file;
}

/** The rules as MinIO's client takes them. */
function lifecycle(rules: unknown): string {
    const all = rules as readonly {
        readonly id: string;
        readonly filter: string;
        readonly expiration: string;
    }[];
    return JSON.stringify({
        Rules: all.map(({ id, filter, expiration }) => ({
            ID: id,
            Status: "Enabled",
            Filter: { Prefix: filter },
            Expiration: { Days: Number.parseInt(expiration, 10) },
        })),
    });
}
