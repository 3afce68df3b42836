import { TestStack, type Outcome } from "./testStack.ts";

/** A stack that was deployed once, with nothing configured but its server: all else are the defaults of Pulumi.yaml. */
export interface Deployed {
    readonly stack: TestStack;
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
    return { stack, first: await stack.up() };
}
