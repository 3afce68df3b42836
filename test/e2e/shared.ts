import type { Snapshot } from "../../src/cache/live.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { TestStack, type Outcome } from "./testStack.ts";

/** A stack that was deployed once, with nothing configured but its server: all else are the defaults of Pulumi.yaml. */
export interface Deployed {
    readonly stack: TestStack;
    /** What the server held just before and just after. Other tests have their stacks on it too. */
    readonly before: Snapshot;
    readonly after: Snapshot;
    /** What its first `pulumi up` came to. */
    readonly first: Outcome;
}

let deployed: Promise<Deployed> | undefined;

/** For tests that only look, or write objects: none may change its configuration. */
export function defaultStack(): Promise<Deployed> {
    deployed ??= deploy();
    return deployed;
}

async function deploy(): Promise<Deployed> {
    const stack = await TestStack.open("defaults");
    const snapshot = () => readSnapshot(stack.minio.connection, "nix-cache");
    const before = await snapshot();
    const first = await stack.up();
    return { stack, first, before, after: await snapshot() };
}
