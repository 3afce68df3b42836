import { join } from "node:path";

/**
 * Variables that say where things are on this machine: programs, temporary
 * files, the store and its daemon (Nix manual, "Common Environment Variables"),
 * the certificates of public authorities.
 */
const KEPT = [
    "PATH",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "NIX_REMOTE",
    "NIX_STORE_DIR",
    "NIX_DATA_DIR",
    "NIX_LOG_DIR",
    "NIX_STATE_DIR",
    "NIX_CONF_DIR",
    "NIX_DAEMON_SOCKET_PATH",
    "NIX_SSL_CERT_FILE",
    "SSL_CERT_FILE",
];

/** No folder of this name is made anywhere, so nothing is found or left there. */
const NOWHERE = "/homeless-shelter";

/**
 * The whole environment in which Nix is run. Nothing else of the surroundings
 * gets through, since it would change what is pushed, or where: a NIX_CONFIG or a
 * user's nix.conf; NIX_CACHE_HOME with Nix's memory of what a cache had; another
 * AWS profile of the same name, AWS_ENDPOINT_URL, keys in AWS_ACCESS_KEY_ID, which
 * win over the profile in the store's URL; a proxy that the rest of a push does
 * not use.
 *
 * @param home folder for caches and the like; it need not be there
 * @param own variables that are set for this run; XDG_CACHE_HOME is the folder for caches then
 */
export function nixEnvironment(
    surroundings: NodeJS.ProcessEnv,
    home = NOWHERE,
    own: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
    const kept = KEPT.flatMap((name) => {
        const value = surroundings[name];
        return value === undefined ? [] : [[name, value] as const];
    });
    const cache = own.XDG_CACHE_HOME ?? join(home, "cache");
    return {
        ...Object.fromEntries(kept),
        HOME: home,
        XDG_CONFIG_HOME: join(home, "config"),
        XDG_CONFIG_DIRS: join(home, "config"),
        XDG_DATA_HOME: join(home, "data"),
        XDG_STATE_HOME: join(home, "state"),
        // Nix's own, from 2.26 on, are used as they are, and win over those of XDG.
        NIX_CACHE_HOME: join(cache, "nix"),
        NIX_CONFIG_HOME: join(home, "config", "nix"),
        NIX_DATA_HOME: join(home, "data", "nix"),
        NIX_STATE_HOME: join(home, "state", "nix"),
        NIX_USER_CONF_FILES: "",
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        // Without credentials, Nix asks for those of a machine in Amazon's cloud.
        AWS_EC2_METADATA_DISABLED: "true",
        ...own,
        XDG_CACHE_HOME: cache,
    };
}
