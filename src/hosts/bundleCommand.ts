import { shellWord } from "./quoting.ts";
import { BUNDLE_PATH } from "./nixConf.ts";

/**
 * A line for a POSIX shell, run as root, that puts a system's certificates and
 * the private CA (/etc/nix-cache/ca.crt) into one file. The file is whole or as
 * it was: with the CA alone in it, cache.nixos.org would be out of reach. It may
 * itself be the system's file, on a machine that was set up before.
 *
 * @param system words for a shell that name the system's certificates
 */
export function bundleCommand(system: string): string {
    return `cat ${system} /etc/nix-cache/ca.crt > ${BUNDLE_PATH}.new && mv -f ${BUNDLE_PATH}.new ${BUNDLE_PATH}`;
}

/** The same for a shell that is not root's. */
export function sudoBundleCommand(system: string): string {
    return `sudo sh -c ${shellWord(bundleCommand('"$1"'))} sh ${system}`;
}
