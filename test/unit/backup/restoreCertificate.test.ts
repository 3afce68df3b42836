import assert from "node:assert/strict";
import {
    existsSync,
    lstatSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import type { Backup } from "../../../src/backup/backupFile.ts";
import { caOf, keepCertificate } from "../../../src/backup/restoreCertificate.ts";

describe("the CA's certificate of a backup", () => {
    let folder: string;
    let cert: string;
    let key: string;
    before(async () => {
        const pems = await generate([{ name: "commonName", value: "a CA" }], { keyType: "ec" });
        [cert, key] = [`${pems.cert.replaceAll("\r", "").trimEnd()}\n`, pems.private];
    });
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "nix-cache-ca-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const backup = (caCertificate: string | null, file = "ca.crt"): Backup => ({
        format: "nix-cache backup",
        version: 1,
        written: "",
        stack: "homelab",
        configuration: { "minio:minioCacertFile": { value: file, secret: false } },
        signingKeys: {},
        builderSecrets: {},
        caCertificate,
    });

    it("is written into the project's folder, as certificates alone", () => {
        const ca = caOf(backup(`some words\n${cert}more words\n`), folder);
        assert.deepEqual(ca, { file: join(folder, "ca.crt"), pem: cert, folder });
        assert.match(keepCertificate(ca) ?? "", /was written to/);
        assert.equal(readFileSync(join(folder, "ca.crt"), "utf8"), cert);
        assert.equal(keepCertificate(ca), undefined);
    });

    it("is refused, with all of the backup, when it is a private key or nothing", () => {
        assert.throws(
            () => caOf(backup(`${cert}${key}`), folder),
            /has a private key where .*; nothing is restored$/,
        );
        // SSH2's form, which OpenSSL does not know: refused as the setting refuses it.
        const ssh2 =
            "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n";
        assert.throws(
            () => caOf(backup(`${cert}${ssh2}`), folder),
            /has a private key where .*; nothing is restored$/,
        );
        assert.throws(
            () => caOf(backup("nonsense"), folder),
            /has no certificate where .*; nothing is restored$/,
        );
        assert.equal(caOf(backup(null), folder), undefined);
    });

    it("is written to no file outside of the project's folder", () => {
        const elsewhere = mkdtempSync(join(tmpdir(), "nix-cache-elsewhere-"));
        try {
            for (const file of [join(elsewhere, "authorized_keys"), "../authorized_keys"]) {
                const said = keepCertificate(caOf(backup(cert, file), folder)!) ?? "";
                assert.match(
                    said,
                    /was written to \S+restored-ca\.crt: look at it, and copy it to \S+authorized_keys, /,
                );
            }
            assert.deepEqual(readdirSync(elsewhere), []);
            assert.equal(existsSync(join(folder, "..", "authorized_keys")), false);
            assert.equal(readFileSync(join(folder, "restored-ca.crt"), "utf8"), cert);
        } finally {
            rmSync(elsewhere, { recursive: true });
        }
    });

    it("is written over nothing, and through no link", () => {
        writeFileSync(join(folder, "ca.crt"), "another");
        assert.match(
            keepCertificate(caOf(backup(cert), folder)!) ?? "",
            /is another certificate .* left as it is$/,
        );
        assert.equal(readFileSync(join(folder, "ca.crt"), "utf8"), "another");
        symlinkSync("elsewhere", join(folder, "link"));
        assert.match(
            keepCertificate(caOf(backup(cert, "link"), folder)!) ?? "",
            /^minio:minioCacertFile names .*link, which cannot be/,
        );
        assert.equal(lstatSync(join(folder, "elsewhere"), { throwIfNoEntry: false }), undefined);
        assert.match(
            keepCertificate(caOf(backup(cert, "none/ca.crt"), folder)!) ?? "",
            /which cannot be written \(there is no such file or folder\): set it/,
        );
    });
});
