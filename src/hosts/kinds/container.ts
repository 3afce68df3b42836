// What the image of a container is told.

import { bundleCommand } from "../bundleCommand.ts";
import { hereEnd } from "../quoting.ts";
import { BUNDLE_PATH, privateCa, readerSettings, settingLines } from "../nixConf.ts";
import { pushCommand } from "../pushCommand.ts";
import { commented, type HostInput, type HostPlan } from "../plan.ts";
import { parts } from "../singleFiles.ts";

const SECRETS = "/run/secrets";

/** Lines for a Dockerfile, in whose image Nix runs as root and without a daemon. No secret gets into a layer. */
export function container(input: HostInput): HostPlan {
    const { config, builder } = input;
    const ca = privateCa(config);
    const steps = [
        "Put this after FROM, in an image with Nix (BuildKit: Docker 23, Podman 5 or newer).",
        ...(builder === undefined
            ? []
            : [
                  "Put the last line after what builds ./result.",
                  "Build with: docker build --secret id=nix-cache-credentials,src=credentials --secret id=nix-cache-signing-key,src=signing-key .",
              ]),
    ];
    const lines = [
        file("/etc/nix-cache/nix.conf", settingLines(readerSettings(config))),
        "ENV NIX_USER_CONF_FILES=/etc/nix-cache/nix.conf\n",
        ...(ca === undefined
            ? []
            : [
                  file("/etc/nix-cache/ca.crt", ca),
                  `RUN ${bundleCommand('"${NIX_SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"')}\n`,
                  `ENV NIX_SSL_CERT_FILE=${BUNDLE_PATH}\n`,
              ]),
        ...(builder === undefined
            ? []
            : [
                  `RUN --mount=type=secret,id=nix-cache-credentials --mount=type=secret,id=nix-cache-signing-key \\\n`,
                  `    AWS_SHARED_CREDENTIALS_FILE=${SECRETS}/nix-cache-credentials \\\n`,
                  `    ${pushCommand(config, builder.credentials.accessKey, `${SECRETS}/nix-cache-signing-key`)}\n`,
              ]),
    ];
    const content = `${commented(steps)}${lines.join("")}`;
    return {
        main: { name: "Dockerfile.nix-cache", content, secret: false },
        parts: parts(input).filter(({ secret }) => secret),
        steps,
    };
}

function file(path: string, content: string): string {
    const end = hereEnd(content);
    return `COPY <<'${end}' ${path}\n${content}${end}\n`;
}
