import type { Answer, Connection, Request } from "../../src/s3/connection.ts";
import { listObjects } from "../../src/s3/objects.ts";
import { send } from "../../src/s3/request.ts";
import type { TestStack } from "./testStack.ts";

/** One bucket of a server, as somebody sees it. */
export class Bucket {
    private readonly as: Connection;
    private readonly name: string;

    constructor(as: Connection, name: string) {
        this.as = as;
        this.name = name;
    }

    request(
        method: Request["method"],
        key: string,
        rest: Omit<Request, "method" | "path" | "kind"> = {},
    ): Promise<Answer> {
        return send(this.as, {
            method,
            path: `/${this.name}${key === "" ? "" : `/${key}`}`,
            kind: "smallNar",
            ...rest,
        });
    }

    /** The status that a request is answered with. */
    async status(method: Request["method"], key: string, body?: string): Promise<number> {
        return (await this.request(method, key, body === undefined ? {} : { body })).status;
    }

    /** An object's text, or the status that says why there is none. */
    async read(key: string): Promise<string | number> {
        const { status, body } = await this.request("GET", key);
        return status === 200 ? body.toString() : status;
    }

    /** Puts an object as if it were days old; only administrators may. */
    async putAged(key: string, body: string, days: number): Promise<void> {
        const time = new Date(Date.now() - days * 86_400_000).toISOString();
        const answer = await this.request("PUT", key, { body, headers: { "x-minio-source-mtime": time } });
        if (answer.status !== 200) throw new Error(`${key} was not put: status ${answer.status}`);
    }

    /** Names of all objects. */
    async list(): Promise<string[]> {
        const all: string[] = [];
        for await (const page of listObjects(this.as, this.name)) all.push(...page.map(({ key }) => key));
        return all;
    }
}

/** The stack's server without credentials. */
export function anonymous(stack: TestStack): Connection {
    const { url, ca } = stack.minio.connection;
    return { url, ca };
}

/** The stack's server with the credentials of one of its builders. */
export async function builder(stack: TestStack, name: string): Promise<Connection> {
    const { builders } = (await stack.outputs()) as { builders: Record<string, BuilderCredentials> };
    const credentials = builders[name];
    if (credentials === undefined) throw new Error(`the stack has no builder ${name}`);
    return { ...anonymous(stack), ...credentials };
}

interface BuilderCredentials {
    readonly accessKey: string;
    readonly secretKey: string;
}
