import { sudoBundleCommand } from "../bundleCommand.ts";
import type { HostConfig } from "../hostConfig.ts";
import { fingerprint, certificatesIn } from "../../cache/pem.ts";
import { bareWord } from "../quoting.ts";
import { privateCa, readerNixConf } from "../nixConf.ts";
import { flakeConfig, systemModule } from "../nixModules.ts";
import { pushCommand } from "../pushCommand.ts";
import { markup, NONE, type Html } from "./html.ts";
import { expiryWords, priorityWords } from "./words.ts";

/** A block of code with its name above it. Scrolled by keyboard too, since it can be wider than a phone. */
function block(id: string, name: string, text: string): Html {
    return markup`
<figure><figcaption id="${id}-name">${name}</figcaption><pre id="${id}" tabindex="0" role="group" aria-labelledby="${id}-name"><code>${text}</code></pre></figure>`;
}

/** What the cache is, in a few lines. */
export function facts(host: HostConfig): Html {
    const [current = "", ...others] = host.trustedPublicKeys;
    const older = others.map((key) => markup`<p><code class="whole">${key}</code></p>`);
    const keys =
        older.length === 0
            ? markup`<dt>Public key</dt><dd><code class="whole">${current}</code></dd>`
            : markup`<dt>Public keys</dt><dd><p><code class="whole">${current}</code></p><p class="quiet">signs what is pushed now; still accepted:</p>${older}</dd>`;
    return markup`
<dl class="facts">
<dt>Address</dt><dd><code class="whole">${host.substituter}</code></dd>
${keys}
<dt>Certificate</dt><dd>${certificateWords(host)}</dd>
<dt>Keeps a path</dt><dd>${expiryWords(host)}</dd>
<dt>Priority</dt><dd>${priorityWords(host.priority)}</dd>
</dl>`;
}

function certificateWords(host: HostConfig): Html {
    const ca = privateCa(host);
    if (ca !== undefined) {
        const prints = certificatesIn(ca).map((one) => markup`<p><code>${fingerprint(one)}</code></p>`);
        return markup`<p>From a private authority, which every machine has to be told about; the ways below do it. Its SHA-256 fingerprint:</p>${prints}`;
    }
    return host.endpoint.startsWith("https:")
        ? markup`Publicly trusted; nothing has to be installed.`
        : markup`None: the connection is plain http. Nix checks the signature of what it downloads all the same.`;
}

/** The way for NixOS and nix-darwin. */
export function nixosWay(host: HostConfig): Html {
    return markup`
<section class="way" aria-labelledby="nixos">
<h3 id="nixos">NixOS or nix-darwin</h3>
<p>Save this beside <code>configuration.nix</code> as <code>nix-cache.nix</code>, add <code>./nix-cache.nix</code> to its <code>imports</code>, and rebuild with <code>sudo nixos-rebuild switch</code> (or <code>sudo darwin-rebuild switch</code>). What you have configured already stays.</p>
${block("configuration", "nix-cache.nix", systemModule(host))}
</section>`;
}

/** The way for every other machine with Nix. */
export function plainWay(host: HostConfig): Html {
    const ca = privateCa(host);
    const trust =
        ca === undefined
            ? NONE
            : markup`
<li>Put the private authority together with the certificates that the machine trusts already. (Nix takes one file of certificates, in place of the system’s.)
${block("certificate", "Once, in a terminal", bundleCommands(ca))}
<p class="quiet">On macOS write <code>/etc/ssl/cert.pem</code> in place of <code>/etc/ssl/certs/ca-certificates.crt</code>, on Fedora <code>/etc/pki/tls/certs/ca-bundle.crt</code>.</p></li>`;
    return markup`
<section class="way" aria-labelledby="other">
<h3 id="other">Any other Linux, or macOS, with Nix</h3>
<ol>${trust}
<li>Add these lines to the end of <code>/etc/nix/nix.conf</code>.
${block("nix-conf", "/etc/nix/nix.conf", readerNixConf(host))}</li>
<li>Restart the daemon, if there is one.
${block("restart", "Linux with systemd", "sudo systemctl restart nix-daemon\n")}
${block("restart-macos", "macOS", "sudo launchctl kickstart -k system/org.nixos.nix-daemon\n")}</li>
</ol>
</section>`;
}

function bundleCommands(ca: string): string {
    return [
        "sudo mkdir -p /etc/nix-cache",
        "sudo tee /etc/nix-cache/ca.crt > /dev/null <<'EOF'",
        `${ca}EOF`,
        sudoBundleCommand("/etc/ssl/certs/ca-certificates.crt"),
        "",
    ].join("\n");
}

/** The way for a single project. */
export function flakeWay(host: HostConfig): Html {
    const ca =
        privateCa(host) === undefined
            ? NONE
            : markup`<p class="note">A flake cannot bring the private authority along: the machine has to trust it already, by one of the ways above.</p>`;
    return markup`
<section class="way" aria-labelledby="flake">
<h3 id="flake">One project, by its flake</h3>
<p>Add this to <code>flake.nix</code>, beside <code>inputs</code> and <code>outputs</code>. Nix asks once whether you trust it, and takes it from users in <code>trusted-users</code> only.</p>
${block("flake-nix", "flake.nix", flakeConfig(host))}
${ca}
</section>`;
}

/** How to see that it works. */
export function check(host: HostConfig): Html {
    return markup`
<h2 id="check">See that it works</h2>
<p>This prints the address again, or says what is wrong. (Before Nix 2.19 it is <code>store ping</code>.)</p>
${block("check-command", "In a terminal", `nix --extra-experimental-features nix-command store info --store ${bareWord(host.substituter)}\n`)}`;
}

/** How to push. */
export function push(host: HostConfig): Html {
    return markup`
<h2 id="push">Push to it</h2>
<p>Only builders may. Their credentials and the signing key come from who runs the cache: <code>npm run -s host -- linux --builder NAME</code>, in the folder of its stack. With them in place, as root:</p>
${block("push-command", "In a terminal, as root", `export AWS_SHARED_CREDENTIALS_FILE=/etc/nix-cache/credentials\n${pushCommand(host, host.builders[0] ?? "")}\n`)}
<p class="quiet">Machines accept only what is signed, so the signing key is part of the address. Debian’s own Nix cannot write to <code>s3://</code>.</p>`;
}
