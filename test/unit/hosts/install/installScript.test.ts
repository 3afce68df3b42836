import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { certificatesIn } from "../../../../src/cache/pem.ts";
import { readerNixConf } from "../../../../src/hosts/nixConf.ts";
import type { HostInput } from "../../../../src/hosts/plan.ts";
import { hostPlan } from "../../../../src/hosts/kinds.ts";
import { CA, hostConfig, PUBLIC_CA } from "../samples.ts";

const reader: HostInput = { config: hostConfig(), systemCertificates: PUBLIC_CA };
const builder: HostInput = {
    ...reader,
    builder: { credentials: { accessKey: "cibot", secretKey: "secret" }, signingKey: "k-1:key" },
};
const open: HostInput = { ...reader, config: hostConfig({ caCertificate: null }) };
const INCLUDE = "!include ../nix-cache/nix.conf";

describe("the script for Linux and macOS", () => {
    let root = "";
    const at = (path: string) => join(root, path);
    const read = (path: string) => readFileSync(at(path), "utf8");
    const mode = (path: string) => (statSync(at(path)).mode & 0o777).toString(8);
    const put = (path: string, content: string) => {
        mkdirSync(dirname(at(path)), { recursive: true });
        writeFileSync(at(path), content);
    };
    const script = (input: HostInput, name = "linux") => hostPlan(name, input)!.main.content;

    /** Runs it as `… | ssh root@machine sh` does, below a folder. */
    function install(text: string, ...args: string[]): { status: number | null; stderr: string } {
        const env = { ...process.env, DESTDIR: root };
        return spawnSync("sh", ["-s", "--", ...args], { input: text, encoding: "utf8", env, cwd: root });
    }
    function installs(input: HostInput, name?: string): void {
        const { status, stderr } = install(script(input, name));
        assert.equal(status, 0, stderr);
        assert.equal(stderr, "");
    }

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "nix-cache-install-"));
        put("etc/ssl/certs/ca-certificates.crt", PUBLIC_CA);
    });
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    for (const name of ["linux", "macos"]) {
        it(`puts everything into place (${name})`, () => {
            installs(builder, name);
            assert.equal(read("etc/nix/nix.conf"), `${INCLUDE}\n`);
            assert.equal(read("etc/nix-cache/nix.conf"), readerNixConf(hostConfig()));
            assert.deepEqual(certificatesIn(read("etc/nix-cache/ca-bundle.crt")), [PUBLIC_CA, CA]);
            assert.equal(read("etc/nix-cache/signing-key"), "k-1:key\n");
            assert.match(
                read("etc/nix-cache/credentials"),
                /^\[cibot\]\n.*\naws_secret_access_key = secret\n$/,
            );
            const modes = readdirSync(at("etc/nix-cache")).map((file) => [
                file,
                mode(`etc/nix-cache/${file}`),
            ]);
            assert.deepEqual(Object.fromEntries(modes), {
                "ca-bundle.crt": "644",
                "ca.crt": "644",
                credentials: "600",
                "host-config.json": "644",
                "nix.conf": "644",
                "signing-key": "600",
            });
            assert.equal(existsSync(at("etc/systemd")), name === "linux");
        });
    }

    it("adds its line once, at the end, whether or not the last line had one", () => {
        for (const before of ["max-jobs = 4\n", "max-jobs = 4"]) {
            put("etc/nix/nix.conf", before);
            installs(reader);
            installs(reader);
            assert.equal(read("etc/nix/nix.conf"), `max-jobs = 4\n${INCLUDE}\n`);
        }
    });

    it("leaves nix.conf to Determinate Nix, which has another file for its owner", () => {
        put("etc/nix/nix.conf", "!include nix.custom.conf\n");
        put("etc/nix/nix.custom.conf", "# mine\n");
        installs(reader);
        assert.equal(read("etc/nix/nix.conf"), "!include nix.custom.conf\n");
        assert.equal(read("etc/nix/nix.custom.conf"), `# mine\n${INCLUDE}\n`);
    });

    it("refuses where NixOS or nix-darwin makes nix.conf, and changes nothing", () => {
        mkdirSync(at("etc/nix"), { recursive: true });
        symlinkSync("/etc/static/nix/nix.conf", at("etc/nix/nix.conf"));
        const { status, stderr } = install(script(reader));
        assert.equal(status, 1);
        assert.match(stderr, /^install\.sh: NixOS or nix-darwin makes .* import the module instead\n$/);
        assert.equal(existsSync(at("etc/nix-cache")), false);
    });

    it("replaces what an earlier one wrote, and keeps a builder's secrets", () => {
        installs(builder);
        installs({ ...reader, config: hostConfig({ trustedPublicKeys: ["other-1:BB="] }) });
        assert.match(read("etc/nix-cache/nix.conf"), /keys = other-1:BB=\n/);
        assert.equal(read("etc/nix-cache/signing-key"), "k-1:key\n");
    });

    it("takes the bundle away when the server's certificate became a publicly trusted one", () => {
        installs(reader);
        installs(open);
        assert.deepEqual(readdirSync(at("etc/nix-cache")), ["nix.conf"]);
        assert.deepEqual(readdirSync(at("etc/systemd/system/nix-daemon.service.d")), []);
    });

    it("takes the certificates beside it where the machine has none, and without those changes nothing", () => {
        rmSync(at("etc/ssl"), { recursive: true });
        const { status, stderr } = install(script(reader));
        assert.equal(status, 1);
        assert.match(
            stderr,
            /^install\.sh: no certificates of this system were found, so nothing was changed\n$/,
        );
        assert.equal(existsSync(at("etc/nix-cache")), false);
        const folder = at("host");
        mkdirSync(folder);
        writeFileSync(join(folder, "install.sh"), script(reader));
        writeFileSync(join(folder, "ca-bundle.crt"), PUBLIC_CA);
        const env = { ...process.env, DESTDIR: root };
        assert.equal(spawnSync("sh", [join(folder, "install.sh")], { env }).status, 0);
        assert.deepEqual(certificatesIn(read("etc/nix-cache/ca-bundle.crt")), [PUBLIC_CA, CA]);
    });

    it("takes away all that it wrote, and nothing else", () => {
        put("etc/nix/nix.conf", "max-jobs = 4\n");
        put("etc/nix-cache/mine", "mine");
        installs(builder);
        const { status, stderr } = install(script(reader), "--remove");
        assert.equal(status, 0, stderr);
        assert.equal(read("etc/nix/nix.conf"), "max-jobs = 4\n");
        assert.deepEqual(readdirSync(at("etc/nix-cache")), ["mine"]);
        assert.deepEqual(readdirSync(at("etc/nix")), ["nix.conf"]);
        assert.equal(install(script(reader), "--remove").status, 0);
    });

    it("does nothing at all when half of it arrives", () => {
        const whole = script(builder);
        for (const part of [0.3, 0.6, 0.9]) install(whole.slice(0, whole.length * part));
        install(whole.slice(0, whole.lastIndexOf("main")));
        assert.deepEqual(readdirSync(at("etc")), ["ssl"]);
    });
});
