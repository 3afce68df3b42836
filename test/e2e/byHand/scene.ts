import { join } from "node:path";
import { writeFileSync } from "node:fs";
import type { Minio } from "../../../sandbox/minio.ts";
import { mc } from "../mc.ts";
import { Bucket } from "../objects.ts";
import { TestStack, type Config } from "../testStack.ts";
import { newFolder } from "../world.ts";

/** A deployed stack with two builders, and who changes its server by hand. */
export class Scene {
    readonly stack: TestStack;
    readonly bucket: string;
    /** The first builder. */
    readonly one: string;
    readonly two: string;
    /** Where mc finds the bucket. */
    readonly at: string;
    readonly writePolicy: string;
    readonly admin: Bucket;
    /** What must be the same for ever: public key and builder secrets. */
    readonly secrets: Secrets;

    private constructor(stack: TestStack, bucket: string, secrets: Secrets) {
        this.stack = stack;
        this.bucket = bucket;
        [this.one, this.two] = builderNames(bucket);
        this.at = `server/${bucket}`;
        this.writePolicy = `${bucket}-write`;
        this.admin = new Bucket(stack.minio.connection, bucket);
        this.secrets = secrets;
    }

    static async open(bucket: string, config: Config = {}, minio?: Minio): Promise<Scene> {
        const builders = builderNames(bucket);
        const stack = await TestStack.open(bucket, { bucket, builders, ...config }, minio);
        await stack.up();
        return new Scene(stack, bucket, await secretsOf(stack));
    }

    /** The same cache as another stack has it. */
    on(stack: TestStack): Scene {
        return new Scene(stack, this.bucket, this.secrets);
    }

    /** Runs mc as the administrator; it must succeed. */
    async mc(...args: string[]): Promise<string> {
        return this.mcWith(undefined, ...args);
    }

    /** The same with a text for mc's standard input. */
    async mcWith(input: string | undefined, ...args: string[]): Promise<string> {
        const { status, stdout, stderr } = await mc(this.stack, args, undefined, input);
        if (status !== 0) throw new Error(`mc ${args.join(" ")} has failed:\n${stdout}${stderr}`);
        return stdout;
    }

    /** A file with this content, for an argument of mc. */
    file(content: unknown): string {
        const path = join(newFolder("by-hand"), "file.json");
        writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
        return path;
    }

    /** The bucket as one of its builders sees it, with the secret it was given at first. */
    builder(name: string): Bucket {
        const { url, ca } = this.stack.minio.connection;
        const secretKey = this.secrets.builders[name]?.secretKey ?? "";
        return new Bucket({ url, ca, accessKey: name, secretKey }, this.bucket);
    }
}

/** What hosts and builders know, so that it must never change by itself. */
export interface Secrets {
    readonly publicKey: unknown;
    readonly signingKeys: unknown;
    readonly builders: Readonly<Record<string, { readonly accessKey: string; readonly secretKey: string }>>;
}

export async function secretsOf(stack: TestStack): Promise<Secrets> {
    const { publicKey, signingKeys, builders } = await stack.outputs();
    return { publicKey, signingKeys, builders: builders as Secrets["builders"] };
}

function builderNames(bucket: string): [string, string] {
    return [`${bucket}-one`, `${bucket}-two`];
}
