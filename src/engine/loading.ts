/** The engine with the Automation API. */
export type Engine = Awaited<ReturnType<typeof load>>;

/**
 * Loads Pulumi's SDK, which takes half a second, and asks `pulumi` for its
 * version, while the caller does something else. An error is the caller's who waits for it.
 */
export function startEngine(): Promise<Engine> {
    const loading = load();
    loading.catch(() => undefined);
    return loading;
}

async function load() {
    const { makeEngine } = await import("./upStack.ts");
    return makeEngine();
}
