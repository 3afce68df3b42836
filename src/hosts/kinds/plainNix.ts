import { bareWord } from "../quoting.ts";
import { BUNDLE_PATH } from "../nixConf.ts";
import { CREDENTIALS_PATH, pushCommand, SIGNING_KEY_PATH } from "../nixModules.ts";
import { commented, hostCommand, type HostFile, type HostInput, type HostPlan } from "../plan.ts";
import { CA_PATH, installScript, OWNER_PATH, type Placed } from "../installScript.ts";
import {
    caFiles,
    credentialsFile,
    hostConfigFile,
    nixConfFile,
    parts,
    signingKeyFile,
} from "../singleFiles.ts";

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
    return plan("linux", input, restart, [{ path: DROP_IN_PATH, file: dropIn }]);
}

/** macOS with plain Nix, or Determinate Nix. */
export function macos(input: HostInput): HostPlan {
    const restart = `launchctl kickstart -k system/org.nixos.nix-daemon 2> /dev/null ||
    launchctl kickstart -k system/systems.determinate.nix-daemon 2> /dev/null ||
    echo "install.sh: restart the Nix daemon, if one runs here"
`;
    return plan("macos", input, restart, []);
}

/** @param forCa further files where there is a private CA */
function plan(name: string, input: HostInput, restart: string, forCa: readonly Placed[]): HostPlan {
    const { config, builder } = input;
    const own = builder === undefined ? [] : ["--builder", bareWord(builder.credentials.accessKey)];
    const steps = [
        `Run it as root on the machine: ${hostCommand(input, name, ...own)} | ssh root@MACHINE sh`,
        "Or copy the folder that --out wrote there, and: sudo sh install.sh",
        `See that it works: nix --extra-experimental-features nix-command store info --store ${bareWord(config.substituter)} (store ping before Nix 2.19)`,
        ...(builder === undefined
            ? []
            : [
                  `Push, as root: AWS_SHARED_CREDENTIALS_FILE=${CREDENTIALS_PATH} ${pushCommand(config, builder.credentials.accessKey)}`,
              ]),
        "Once a key, a secret or the certificate authority has changed, run it again.",
    ];
    const at = (file: HostFile): Placed => ({ path: `/etc/nix-cache/${file.name}`, file });
    const ca = caFiles(input);
    const files = [
        ...ca.map(at),
        ...(builder === undefined
            ? []
            : [hostConfigFile(input), credentialsFile(builder), signingKeyFile(builder)].map(at)),
        at(nixConfFile(input)),
        ...(ca.length === 0 ? [] : forCa),
    ];
    const all = [
        ...forCa.map(({ path }) => path),
        "/etc/nix-cache/nix.conf",
        BUNDLE_PATH,
        CA_PATH,
        "/etc/nix-cache/host-config.json",
        CREDENTIALS_PATH,
        SIGNING_KEY_PATH,
        OWNER_PATH,
    ];
    const content = installScript({
        config,
        comments: commented(steps),
        files,
        all,
        restart,
    });
    return {
        main: { name: "install.sh", content, secret: builder !== undefined },
        parts: [...parts(input), ...(ca.length === 0 ? [] : forCa.map(({ file }) => file))],
        steps,
    };
}
