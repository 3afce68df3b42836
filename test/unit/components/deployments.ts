import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { NixCache, type NixCacheArgs } from "../../../components/nixCache.ts";
import { rollOut } from "../../../components/hostRollout.ts";
import { CA } from "../hosts/samples.ts";
import { record, value, type Recorded } from "./recorded.ts";

const endpoint = "https://s3.homelab.local:9000";
const HOSTS = {
    hosts: [
        { name: "reader", address: "reader.lan" },
        {
            name: "ci",
            address: "10.0.0.2",
            port: 2222,
            user: "ops",
            builder: "ci.b",
            hostKey: "ssh-ed25519 AAAA",
        },
    ],
    privateKey: "made up for this test",
};

/** Caches whose resources, inputs and outputs are recorded: together they have every setting and every branch. */
const CASES: Record<string, { readonly args: NixCacheArgs; readonly rollout?: typeof HOSTS }> = {
    defaults: { args: { endpoint: "http://127.0.0.1:9000" } },
    "every setting": {
        args: {
            endpoint: `${endpoint}/`,
            bucket: "other.bucket",
            builders: ["nixbuilder", "ci.b"],
            keyName: "home",
            keyGeneration: 3,
            trustedGenerations: [2, 3, 4],
            expireDays: 60,
            narGraceDays: 0,
            priority: 7,
            anonymousListing: false,
            protect: false,
            adopt: "other.bucket",
            expireExisting: true,
            region: "eu-1",
            caCertificate: CA,
            keptGenerations: [1, 2, 3, 4, 5],
        },
        rollout: HOSTS,
    },
    "nothing expires, and the server has all of it": {
        args: {
            endpoint: "https://[fd00::1]",
            expireDays: 0,
            // Mocks know no hooks, which guard the secrets of users that are there.
            existing: { bucket: true, secrets: {} },
            builderSecrets: { nixbuilder: "made-up-secret" },
        },
    },
};

/**
 * What each of the cases deploys: resources by type and name with parent,
 * inputs and options, and all outputs. What is long stands there as its digest.
 */
export async function deployments(): Promise<unknown> {
    const all: Record<string, unknown> = {};
    for (const [name, { args, rollout }] of Object.entries(CASES)) {
        const { made, resources } = await record((opts) => {
            const cache = new NixCache("nix-cache", args, opts);
            if (rollout !== undefined) rollOut(cache, rollout, opts);
            return cache;
        });
        const plain: Record<string, unknown> = {};
        for (const [key, recorded] of Object.entries(resources)) plain[key] = await plainOf(recorded);
        const outputs: Record<string, unknown> = {};
        for (const [key, output] of Object.entries(made as unknown as Record<string, unknown>)) {
            if (
                key.startsWith("_") ||
                typeof (output as { apply?: unknown } | undefined)?.apply !== "function"
            )
                continue;
            outputs[key] = await value(output as pulumi.Output<unknown>);
        }
        all[name] = short({ resources: plain, outputs });
    }
    // As it is in the file.
    return JSON.parse(JSON.stringify(all)) as unknown;
}

async function plainOf({ inputs, secrets, options }: Recorded): Promise<unknown> {
    const { parent, dependsOn, ...others } = options;
    const after = [dependsOn ?? []].flat() as pulumi.Resource[];
    return {
        inputs,
        secrets,
        parent: parent && (await value(parent.urn)),
        dependsOn: await Promise.all(after.map((one) => value(one.urn))),
        // What records is no part of it.
        options: { ...others, transformations: undefined },
    };
}

/** Texts and lists of more than 1,500 characters (rules, the page, scripts) as their SHA-256. */
function short(given: unknown): unknown {
    const text = JSON.stringify(given) as string | undefined;
    if (text === undefined || typeof given !== "object" || given === null || Array.isArray(given))
        return text !== undefined && text.length > 1500
            ? `sha256:${createHash("sha256").update(text).digest("hex")}`
            : given;
    return Object.fromEntries(Object.entries(given).map(([key, one]) => [key, short(one)]));
}
