import assert from "node:assert/strict";
import { bundle, certificatesIn, fingerprint } from "../../../src/cache/pem.ts";
import { CA, CA_FINGERPRINT, PUBLIC_CA } from "../hosts/samples.ts";

describe("certificates", () => {
    it("are found among other text, each once, with plain line ends", () => {
        const text = `homelab CA\n${CA.replaceAll("\n", "\r\n")}\n# again\n${CA}${PUBLIC_CA.trimEnd()}`;
        assert.deepEqual(certificatesIn(text), [CA, PUBLIC_CA]);
    });

    it("are neither private keys nor anything else", () => {
        const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert.deepEqual(certificatesIn(`${key}text`), []);
        assert.deepEqual(certificatesIn(CA.slice(0, -40)), []);
        assert.deepEqual(certificatesIn(CA.replace("\nM", "\n<b>")), []);
    });

    it("have the fingerprint that openssl says", () => {
        assert.equal(fingerprint(CA), CA_FINGERPRINT);
        assert.notEqual(fingerprint(PUBLIC_CA), CA_FINGERPRINT);
    });

    it("are a bundle together with the system's, which does not grow when it is made of itself", () => {
        const both = bundle(`# system\n${PUBLIC_CA}`, CA);
        assert.equal(both, PUBLIC_CA + CA);
        assert.equal(bundle(both, CA), both);
        assert.equal(bundle(PUBLIC_CA, ""), PUBLIC_CA);
    });
});
