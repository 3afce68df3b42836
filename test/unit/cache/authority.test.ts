import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { generate } from "selfsigned";
import { authorityProblems, publicPart } from "../../../src/cache/authority.ts";
import { CA, PUBLIC_CA } from "../hosts/samples.ts";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const encrypted = { cipher: "aes-256-cbc", passphrase: "passphrase" } as const;
const block = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;

/** Private keys in every form that PEM has of them; those that Node writes are real. */
const KEYS: Readonly<Record<string, string>> = {
    "PKCS #8": ec.export({ type: "pkcs8", format: "pem" }) as string,
    "PKCS #8, encrypted": ec.export({ type: "pkcs8", format: "pem", ...encrypted }) as string,
    "PKCS #1 (RSA)": rsa.export({ type: "pkcs1", format: "pem" }) as string,
    "PKCS #1, encrypted": rsa.export({ type: "pkcs1", format: "pem", ...encrypted }) as string,
    "SEC 1 (EC)": ec.export({ type: "sec1", format: "pem" }) as string,
    DSA: block("DSA PRIVATE KEY"),
    OpenSSH: block("OPENSSH PRIVATE KEY"),
    PGP: block("PGP PRIVATE KEY BLOCK"),
    SSH2: block("SSH2 ENCRYPTED PRIVATE KEY").replaceAll("-----", "----").replaceAll("----B", "---- B"),
    "in small letters": block("private key"),
};
const wrongIn = (pem: string) => authorityProblems("caCertificate", pem)[0]?.wrong;

describe("a private authority's file", () => {
    it("is taken with one certificate or a chain of them, and the certificates alone are public", () => {
        for (const pem of [
            CA,
            CA + PUBLIC_CA,
            `subject=homelab\n${CA}\n# and\n${PUBLIC_CA}bye`,
            CA.trimEnd(),
        ])
            assert.equal(wrongIn(pem), undefined);
        assert.equal(publicPart(CA), CA);
        assert.equal(
            publicPart(`my CA\n${CA.replaceAll("\n", "\r\n")}\ntext\n${PUBLIC_CA}${CA}`),
            CA + PUBLIC_CA,
        );
    });

    it("is taken where it is a server's own, self-signed certificate", async () => {
        const { cert } = await generate([{ name: "commonName", value: "nas" }], { keyType: "ec" });
        assert.equal(wrongIn(cert), undefined);
    });

    for (const [kind, key] of Object.entries(KEYS)) {
        it(`is refused with a private key in it, before or behind: ${kind}`, () => {
            const wrong = "holds a private key, which would be published with the certificate";
            for (const pem of [CA + key, key + CA, key, (CA + key).replaceAll("\n", "\r\n")]) {
                assert.equal(wrongIn(pem), wrong);
                assert.doesNotMatch(publicPart(pem), /PRIVATE|AAAA\n-/i);
            }
        });
    }

    for (const [what, pem] of [
        ["bytes behind a certificate", behind(Buffer.from(CA, "base64"))],
        ["a private key's bytes behind a certificate", behind(ec.export({ type: "pkcs8", format: "der" }))],
        [
            "a private key in the place of a certificate",
            certificate(ec.export({ type: "pkcs8", format: "der" })),
        ],
        ["a word that is no base64", CA.replace("\nM", "\n<b>")],
        ["a second one that is cut off", CA + PUBLIC_CA.slice(0, -40)],
        ["a second one that is none", CA + block("CERTIFICATE")],
        ["text behind the base64's end", CA.replace("\n-----END", "==\nc2VjcmV0\n-----END")],
    ] as const) {
        it(`is refused with ${what}`, () => assert.equal(wrongIn(pem), "holds a certificate that is none"));
    }

    for (const pem of ["", "text", block("X509 CRL"), block("PUBLIC KEY")]) {
        it(`is refused without a certificate: ${JSON.stringify(pem.slice(0, 24))}`, () =>
            assert.equal(wrongIn(pem), "holds no certificate"));
    }

    it("has a message that names the setting and quotes nothing of the file", () => {
        const key = KEYS["PKCS #8"] ?? "";
        assert.deepEqual(authorityProblems("caCertificate", CA + key), [
            {
                setting: "caCertificate",
                wrong: "holds a private key, which would be published with the certificate",
                allowed: "a file with the CA's certificate in PEM",
            },
        ]);
    });
});

function der(pem: string): Buffer {
    return Buffer.from(pem.replaceAll(/-----.*-----|\n/g, ""), "base64");
}

function certificate(bytes: Buffer): string {
    return `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64")}\n-----END CERTIFICATE-----\n`;
}

function behind(bytes: Buffer): string {
    return certificate(Buffer.concat([der(CA), bytes]));
}
