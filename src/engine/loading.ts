import { keepSdkLight } from "../stack/lightSdk.ts";
import { askPulumi } from "./pulumi.ts";

/** The engine with the Automation API. */
export type Engine = Awaited<ReturnType<typeof load>>;

/**
 * Loads Pulumi's SDK, which takes a tenth of a second, and asks `pulumi` for its
 * version meanwhile, while the caller does something else. An error is the caller's who waits for it.
 *
 * @param folder the folder with Pulumi.yaml
 */
export function startEngine(folder: string): Promise<Engine> {
    const loading = load(askPulumi(folder, ["version"]));
    loading.catch(() => undefined);
    return loading;
}

async function load(version: Promise<string>) {
    // Nobody waits for it while the SDK is loaded.
    version.catch(() => undefined);
    keepSdkLight();
    const { makeEngine } = await import("./upStack.ts");
    return makeEngine(await version);
}
