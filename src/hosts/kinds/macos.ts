// What a Mac is told, unless nix-darwin runs it: that one is in macosNixDarwin.ts.

import type { HostInput, HostPlan } from "../plan.ts";
import { plainNix } from "./plainNix.ts";

/** macOS with plain Nix, or Determinate Nix. */
export function macos(input: HostInput): HostPlan {
    const restart = `launchctl kickstart -k system/org.nixos.nix-daemon 2> /dev/null ||
    launchctl kickstart -k system/systems.determinate.nix-daemon 2> /dev/null ||
    echo "install.sh: restart the Nix daemon, if one runs here"
`;
    return plainNix("macos", input, restart, []);
}
