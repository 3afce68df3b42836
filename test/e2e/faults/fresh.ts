import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Connection } from "../../../src/s3/connection.ts";
import { send } from "../../../src/s3/request.ts";
import { readSnapshot } from "../../../src/minio/snapshot.ts";
import { repairTornState } from "../../../src/engine/tornState.ts";
import { nixCache, shellEnvironment } from "../cli.ts";
import { run } from "../../../src/system/run.ts";
import type { TestStack } from "../testStack.ts";
import { newFolder } from "../world.ts";

interface Resource {
    readonly urn: string;
    readonly type: string;
    readonly outputs?: { readonly result?: { readonly plaintext?: string } };
}

interface Exported {
    readonly deployment: {
        readonly resources?: readonly Resource[];
        readonly pending_operations?: readonly unknown[];
    };
}

/** A stack that was never deployed, again and again: state and server as they were at first. */
export class FreshStack {
    readonly stack: TestStack;
    readonly bucket: string;
    private readonly template: string;

    constructor(stack: TestStack, bucket: string) {
        this.stack = stack;
        this.bucket = bucket;
        this.template = join(newFolder("template"), "state");
        cpSync(stack.place.state, this.template, { recursive: true });
    }

    async reset(): Promise<void> {
        const { state } = this.stack.place;
        rmSync(state, { recursive: true });
        cpSync(this.template, state, { recursive: true });
        const to = this.stack.minio.connection;
        const admin = (method: "DELETE", call: string, query: Record<string, string>) =>
            send(to, { method, path: `/minio/admin/v3/${call}`, query, kind: "short" });
        await send(to, {
            method: "DELETE",
            path: `/${this.bucket}`,
            headers: { "x-minio-force-delete": "true" },
            kind: "short",
        });
        await admin("DELETE", "remove-user", { accessKey: `${this.bucket}-one` });
        await admin("DELETE", "remove-canned-policy", { name: `${this.bucket}-write` });
        const { users, policies, bucket } = await readSnapshot(to, this.bucket);
        assert.deepEqual(Object.keys(users), []);
        assert.ok(!(`${this.bucket}-write` in policies) && bucket === undefined);
    }

    /** The random texts that the state holds, by their resources: keys and secrets are made of them. */
    async secrets(): Promise<Record<string, string>> {
        const { resources = [] } = (await this.exported()).deployment;
        return Object.fromEntries(
            resources.flatMap(({ urn, outputs }) =>
                outputs?.result?.plaintext === undefined ? [] : [[urn, outputs.result.plaintext]],
            ),
        );
    }

    /** What there is when all is done: in the state, on the server. No secret is in it, so two can be compared. */
    async finished(): Promise<unknown> {
        const { resources = [], pending_operations = [] } = (await this.exported()).deployment;
        const { users, policies, groups, bucket } = await readSnapshot(
            this.stack.minio.connection,
            this.bucket,
        );
        const drift = await nixCache(this.stack, ["drift"]);
        assert.equal(drift.status, 0, drift.stdout + drift.stderr);
        return {
            resources: resources.map(({ urn }) => urn).sort(),
            pending_operations,
            users: Object.keys(users),
            policies: Object.keys(policies).sort(),
            groups,
            buckets: await bucketNames(this.stack.minio.connection),
            rules: bucket?.rules.length,
        };
    }

    /** The state as it lies there, a lock and all that a killed Pulumi has left passed by. */
    private async exported(): Promise<Exported> {
        const copy = join(newFolder("copy"), "state");
        cpSync(this.stack.place.state, copy, {
            recursive: true,
            filter: (from) => !from.endsWith("/locks"),
        });
        // A kill can leave what Pulumi itself cannot read; that nix-cache can is for the tests to show.
        repairTornState(pathToFileURL(copy).href, copy);
        const { workDir, stackName, pulumiHome } = this.stack.place;
        const { status, stdout, stderr } = await run(
            join(pulumiHome, "bin", "pulumi"),
            ["stack", "export", "--show-secrets", "--stack", stackName],
            {
                cwd: workDir,
                env: { ...shellEnvironment(this.stack), PULUMI_BACKEND_URL: pathToFileURL(copy).href },
            },
        );
        assert.equal(status, 0, stderr);
        return JSON.parse(stdout, (key, value: unknown) =>
            // A secret's plaintext is JSON.
            key === "plaintext" && typeof value === "string" ? (JSON.parse(value) as unknown) : value,
        ) as Exported;
    }
}

async function bucketNames(to: Connection): Promise<string[]> {
    const { body } = await send(to, { method: "GET", path: "/", kind: "listing" });
    return [...body.toString().matchAll(/<Name>([^<]+)</g)].map((match) => match[1] ?? "");
}
