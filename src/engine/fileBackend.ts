import { homedir } from "node:os";
import { resolve } from "node:path";

/**
 * The folder of Pulumi's file backend; undefined where the backend is another.
 * What Pulumi keeps is in `.pulumi` below it.
 *
 * @param backend the backend's URL as `pulumi whoami` gives it: `file:///folder`, `file://./folder`, `file://~`
 * @param folder what a relative one is relative to: the folder with Pulumi.yaml
 */
export function fileBackendFolder(backend: string, folder: string): string | undefined {
    if (!backend.startsWith("file://")) return undefined;
    const path = decodeURIComponent(backend.slice("file://".length).replace(/\?.*$/, ""));
    return resolve(folder, path.replace(/^~(?=\/|$)/, homedir()));
}
