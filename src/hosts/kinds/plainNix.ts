// What linux.ts and macos.ts have in common: files below /etc/nix-cache, put there by one script.

import { bareWord } from "../quoting.ts";
import { BUNDLE_PATH } from "../nixConf.ts";
import { CREDENTIALS_PATH, pushCommand, SIGNING_KEY_PATH } from "../pushCommand.ts";
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

/**
 * The script and the steps for a machine on which nothing but Nix manages nix.conf.
 *
 * @param restart lines of a shell that restart the daemon
 * @param forCa further files where there is a private CA
 */
export function plainNix(
    name: string,
    input: HostInput,
    restart: string,
    forCa: readonly Placed[],
): HostPlan {
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
