// What `nix-cache host` can be asked for: the kinds of hosts, and single files.

import { container } from "./kinds/container.ts";
import { githubActions } from "./kinds/githubActions.ts";
import type { HostFile, HostInput, HostPlan } from "./plan.ts";
import { nixDarwin } from "./kinds/macosNixDarwin.ts";
import { bundleFile, credentialsFile, nixConfFile, signingKeyFile } from "./singleFiles.ts";
import { linux } from "./kinds/linux.ts";
import { macos } from "./kinds/macos.ts";

/** Every kind of host, by the name that is asked for. */
export const HOSTS: Readonly<Record<string, (input: HostInput) => HostPlan>> = {
    linux,
    macos,
    "nix-darwin": nixDarwin,
    "github-actions": githubActions,
    container,
};

/** Single files by the name that is asked for. Some hand over a secret, and are for a builder alone. */
export const SINGLE_FILES: Readonly<
    Record<string, { readonly secret: boolean; readonly make: (input: HostInput) => HostFile }>
> = {
    "nix-conf": { secret: false, make: nixConfFile },
    "ca-bundle": { secret: false, make: bundleFile },
    credentials: { secret: true, make: (input) => credentialsFile(builderOf(input)) },
    "signing-key": { secret: true, make: (input) => signingKeyFile(builderOf(input)) },
};

/** All that can be asked for. */
export const HOST_NAMES = [...Object.keys(HOSTS), ...Object.keys(SINGLE_FILES)];

/** A single file as a plan: it is all that there is. */
export function hostPlan(name: string, input: HostInput): HostPlan | undefined {
    if (Object.hasOwn(HOSTS, name)) return HOSTS[name]?.(input);
    if (!Object.hasOwn(SINGLE_FILES, name)) return undefined;
    const main = SINGLE_FILES[name]?.make(input);
    return main && { main, parts: [], steps: [] };
}

function builderOf({ builder }: HostInput): NonNullable<HostInput["builder"]> {
    if (builder === undefined) throw new Error("this file is for a builder, and none was given");
    return builder;
}
