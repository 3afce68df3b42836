// What a Linux machine with plain Nix is told.

import { BUNDLE_PATH } from "../nixConf.ts";
import type { HostInput, HostPlan } from "../plan.ts";
import { plainNix } from "./plainNix.ts";

/** For Nix older than `ssl-cert-file`, 2.8 for one. Newer ones take the setting of nix.conf. */
const DROP_IN_PATH = "/etc/systemd/system/nix-daemon.service.d/nix-cache.conf";

/** Linux with plain Nix, on which systemd runs the daemon, if one runs. */
export function linux(input: HostInput): HostPlan {
    const dropIn = {
        name: "nix-daemon-nix-cache.conf",
        content: `[Service]\nEnvironment=NIX_SSL_CERT_FILE=${BUNDLE_PATH}\n`,
        secret: false,
    };
    // Where Nix runs without a daemon there is no such unit.
    const restart = `if [ -d /run/systemd/system ] && systemctl cat nix-daemon.service > /dev/null 2>&1; then
    systemctl daemon-reload && systemctl try-restart nix-daemon.service
else
    echo "install.sh: restart the Nix daemon, if one runs here"
fi
`;
    return plainNix("linux", input, restart, [{ path: DROP_IN_PATH, file: dropIn }]);
}
