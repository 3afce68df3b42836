import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usagePage } from "../../../src/hosts/page/usagePage.ts";
import { certificatesIn } from "../../../src/cache/pem.ts";
import { hostPlan } from "../../../src/hosts/kinds.ts";
import { CA, hostConfig, PUBLIC_CA } from "./samples.ts";

const input = { config: hostConfig(), systemCertificates: PUBLIC_CA };
const lines = (text: string) => text.split("\n").map((line) => line.trim());
const text = (html: string) => html.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** The line of each that joins the certificates. */
const COMMANDS = {
    container: lines(hostPlan("container", input)!.main.content)
        .find((line) => line.startsWith("RUN cat "))!
        .slice("RUN ".length),
    "github-actions": lines(hostPlan("github-actions", input)!.main.content).find((line) =>
        line.startsWith("sudo sh -c 'cat"),
    )!,
    "the page": lines(text(usagePage(hostConfig()))).find((line) => line.startsWith("sudo sh -c 'cat"))!,
};

describe("the line that joins a system's certificates and the private authority's", () => {
    let root = "";
    const file = () => readFileSync(join(root, "etc/nix-cache/ca-bundle.crt"), "utf8");

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "nix-cache-bundle-"));
        mkdirSync(join(root, "etc/nix-cache"), { recursive: true });
        mkdirSync(join(root, "etc/ssl/certs"), { recursive: true });
        writeFileSync(join(root, "etc/nix-cache/ca.crt"), CA);
        writeFileSync(join(root, "etc/nix-cache/ca-bundle.crt"), PUBLIC_CA + CA);
        writeFileSync(join(root, "etc/ssl/certs/ca-certificates.crt"), PUBLIC_CA);
    });
    afterEach(() => {
        rmSync(root, { recursive: true, force: true });
    });

    /** Runs it below a folder; sudo has nothing to add there. */
    function run(command: string, system: string): number | null {
        const script = `sudo() { "$@"; }\n${command.replaceAll("/etc/", `${root}/etc/`)}\n`;
        const env = { PATH: process.env.PATH, system, NIX_SSL_CERT_FILE: system };
        return spawnSync("sh", ["-c", script], { env }).status;
    }

    for (const [name, command] of Object.entries(COMMANDS)) {
        it(`joins them (${name})`, () => {
            rmSync(join(root, "etc/nix-cache/ca-bundle.crt"));
            assert.equal(run(command, join(root, "etc/ssl/certs/ca-certificates.crt")), 0);
            assert.deepEqual(certificatesIn(file()), [PUBLIC_CA, CA]);
        });

        it(`leaves the file as it was where there are none (${name})`, () => {
            rmSync(join(root, "etc/ssl"), { recursive: true });
            assert.notEqual(run(command, join(root, "etc/ssl/certs/ca-certificates.crt")), 0);
            assert.deepEqual(certificatesIn(file()), [PUBLIC_CA, CA]);
        });
    }

    it("makes it of itself, in an image that was made of such a one", () => {
        assert.equal(run(COMMANDS.container, join(root, "etc/nix-cache/ca-bundle.crt")), 0);
        assert.deepEqual(certificatesIn(file()), [PUBLIC_CA, CA]);
    });
});
