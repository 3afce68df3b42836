// What a workflow of GitHub Actions is told.

import { sudoBundleCommand } from "../bundleCommand.ts";
import { bareWord, withoutExpressions } from "../quoting.ts";
import { privateCa, readerNixConf } from "../nixConf.ts";
import { pushCommand } from "../pushCommand.ts";
import { commented, hostCommand, type HostInput, type HostPlan } from "../plan.ts";
import { CERTIFICATE_PLACES } from "../installScript.ts";
import { parts } from "../singleFiles.ts";

/** Steps for a job of GitHub Actions. Its runner has to reach the server: one of GitHub's own does not reach a home network. */
export function githubActions(input: HostInput): HostPlan {
    const { config, builder } = input;
    const name = builder?.credentials.accessKey;
    const steps = [
        "Put this among the steps of a job, before the first that uses Nix. Its runner has to reach the server.",
        ...(name === undefined
            ? []
            : [
                  `Make the repository's secret NIX_CACHE_CREDENTIALS: ${hostCommand(input, "credentials", "--builder", bareWord(name))} | gh secret set NIX_CACHE_CREDENTIALS`,
                  `And NIX_CACHE_SIGNING_KEY: ${hostCommand(input, "signing-key")} | gh secret set NIX_CACHE_SIGNING_KEY`,
                  "Move the last step behind the build that makes ./result.",
              ]),
    ];
    const content = [
        commented(steps),
        trustStep(privateCa(config)),
        "- name: Install Nix, with the cache\n",
        "  uses: cachix/install-nix-action@v31\n",
        "  with:\n",
        "    extra_nix_config: |\n",
        indented(readerNixConf(config), 6),
        name === undefined ? "" : pushStep(pushCommand(config, name, { words: '"$secrets"/signing-key' })),
    ].join("");
    return {
        main: { name: "steps.yml", content, secret: false },
        parts: parts(input).filter(({ secret }) => secret),
        steps,
    };
}

function trustStep(ca: string | undefined): string {
    if (ca === undefined) return "";
    const script = [
        "sudo mkdir -p /etc/nix-cache",
        "sudo tee /etc/nix-cache/ca.crt > /dev/null << 'EOF'",
        `${ca}EOF`,
        `for system in ${CERTIFICATE_PLACES.slice(0, -1).join(" ")}; do`,
        '  [ ! -s "$system" ] || break',
        "done",
        sudoBundleCommand('"$system"'),
    ];
    return `- name: Trust the certificate authority of the Nix cache\n  run: |\n${indented(script.join("\n"), 4)}`;
}

function pushStep(command: string): string {
    const script = [
        'secrets="$(mktemp -d)"',
        `trap 'rm -rf "$secrets"' EXIT`,
        `printf '%s\\n' "$CREDENTIALS" > "$secrets"/credentials`,
        `printf '%s\\n' "$SIGNING_KEY" > "$secrets"/signing-key`,
        `AWS_SHARED_CREDENTIALS_FILE="$secrets"/credentials ${command}`,
    ];
    return [
        "- name: Push to the Nix cache\n",
        "  if: github.event_name == 'push'\n",
        "  env:\n",
        "    CREDENTIALS: ${{ secrets.NIX_CACHE_CREDENTIALS }}\n",
        "    SIGNING_KEY: ${{ secrets.NIX_CACHE_SIGNING_KEY }}\n",
        "  run: |\n",
        indented(script.join("\n"), 4),
    ].join("");
}

function indented(text: string, by: number): string {
    return withoutExpressions(text)
        .trimEnd()
        .split("\n")
        .map((line) => `${" ".repeat(by)}${line}\n`)
        .join("");
}
