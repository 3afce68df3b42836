import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/system/run.ts";
import { pathFolders } from "../../toolchain/search.ts";
import type { Arena, Missing } from "../contestant.ts";
import type { Command } from "../measure.ts";
import { whatAStackMakes } from "./declaration.ts";

/** Runs OpenTofu on a folder of its own. */
export type Tofu = (...args: string[]) => Command;

/** OpenTofu with the provider that ours wraps, and the same resources in a folder of its own. */
export async function tofuStack(arena: Arena, bucket: string): Promise<Tofu | Missing> {
    const name = "OpenTofu";
    const program = pathFolders()
        .map((folder) => join(folder, "tofu"))
        .find((file) => existsSync(file));
    if (program === undefined) return { name, why: "tofu is not on PATH" };
    const dir = arena.folder("tofu");
    writeFileSync(join(dir, "main.tf.json"), JSON.stringify(configuration(arena, bucket)), { mode: 0o600 });
    const env = {
        ...process.env,
        TF_IN_AUTOMATION: "1",
        TF_VAR_password: arena.server.minio.connection.secretKey,
    };
    const command = (...args: string[]) => ({ program, args: [`-chdir=${dir}`, ...args], env });
    const { status } = await run(program, command("init", "-input=false").args, { env });
    return status === 0 ? command : { name, why: "tofu init does not get the provider" };
}

function configuration(arena: Arena, bucket: string): object {
    const made = whatAStackMakes(bucket);
    const { address, caFile, connection } = arena.server.minio;
    return {
        terraform: { required_providers: { minio: { source: "aminueza/minio" } } },
        variable: { password: { sensitive: true } },
        provider: {
            minio: {
                minio_server: address,
                minio_user: connection.accessKey,
                minio_password: "${var.password}",
                minio_ssl: true,
                minio_cacert_file: caFile,
            },
        },
        resource: {
            minio_s3_bucket: { cache: { bucket, force_destroy: true } },
            minio_s3_bucket_policy: {
                cache: { bucket: "${minio_s3_bucket.cache.bucket}", policy: JSON.stringify(made.anonymous) },
            },
            minio_ilm_policy: {
                cache: {
                    bucket: "${minio_s3_bucket.cache.bucket}",
                    rule: made.rules.map(({ id, prefix, days }) => ({
                        id,
                        filter: prefix,
                        expiration: `${days}d`,
                    })),
                },
            },
            minio_s3_object: {
                info: {
                    bucket_name: "${minio_s3_bucket.cache.bucket}",
                    object_name: "nix-cache-info",
                    content: made.cacheInfo,
                    content_type: "text/x-nix-cache-info",
                },
            },
            minio_iam_user: { builder: { name: made.user } },
            minio_iam_policy: { builder: { name: made.user, policy: JSON.stringify(made.policy) } },
            minio_iam_user_policy_attachment: {
                builder: {
                    user_name: "${minio_iam_user.builder.name}",
                    policy_name: "${minio_iam_policy.builder.name}",
                },
            },
        },
    };
}
