// What a Mac with nix-darwin is told.

import { systemModule } from "../nixModules.ts";
import { CREDENTIALS_PATH, pushCommand, SIGNING_KEY_PATH } from "../pushCommand.ts";
import { commented, type HostInput, type HostPlan } from "../plan.ts";
import { parts } from "../singleFiles.ts";

/** macOS with nix-darwin: a module, since it makes nix.conf and the certificates itself. */
export function nixDarwin(input: HostInput): HostPlan {
    const { config, builder } = input;
    const steps = [
        "Save this as nix-cache.nix beside your configuration, and add ./nix-cache.nix to its imports.",
        "Rebuild, which restarts the daemon too: sudo darwin-rebuild switch",
        "Where nix.enable is false (Determinate Nix), use macos in place of nix-darwin.",
        ...(builder === undefined
            ? []
            : [
                  `Put credentials and signing-key, with mode 0600 and never into the store, at ${CREDENTIALS_PATH} and ${SIGNING_KEY_PATH}.`,
                  `Push, as root: AWS_SHARED_CREDENTIALS_FILE=${CREDENTIALS_PATH} ${pushCommand(config, builder.credentials.accessKey)}`,
              ]),
    ];
    const content = `${commented(steps)}${systemModule(config)}`;
    // What its module makes itself is not needed as files.
    const own = parts(input).filter(({ secret }) => secret);
    return { main: { name: "nix-cache.nix", content, secret: false }, parts: own, steps };
}
