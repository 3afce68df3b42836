import assert from "node:assert/strict";
import { storeUri, substituterUrl } from "../../../src/hosts/addresses.ts";
import { awsCredentials } from "../../../src/hosts/awsCredentials.ts";
import { nixConf } from "../../../src/hosts/nixConf.ts";

describe("what hosts are told", () => {
    it("is the URL to read from", () => {
        assert.equal(
            substituterUrl("https://s3.homelab.local", "nix-cache"),
            "https://s3.homelab.local/nix-cache",
        );
    });

    it("is the URI to push to, with a full URL as its endpoint and no trailing slash in it", () => {
        assert.equal(
            storeUri("https://s3.homelab.local:9000", "nix-cache", "eu-1", "nixbuilder"),
            "s3://nix-cache?endpoint=https://s3.homelab.local:9000&region=eu-1&profile=nixbuilder",
        );
    });

    it("has a builder's name encoded where it would mean something else in a URI", () => {
        const uri = storeUri("http://localhost:9000", "b", "us-east-1", "ci+a@home");
        assert.equal(new URL(uri).searchParams.get("profile"), "ci+a@home");
    });

    it("are two lines for nix.conf, which add to what is there", () => {
        assert.equal(
            nixConf("https://c/b", ["a-2:AA==", "a-1:BB=="]),
            "extra-substituters = https://c/b\nextra-trusted-public-keys = a-2:AA== a-1:BB==\n",
        );
    });

    it("are a profile for each builder", () => {
        assert.equal(
            awsCredentials([
                { accessKey: "nixbuilder", secretKey: "s1" },
                { accessKey: "ci", secretKey: "s2" },
            ]),
            "[nixbuilder]\naws_access_key_id = nixbuilder\naws_secret_access_key = s1\n\n" +
                "[ci]\naws_access_key_id = ci\naws_secret_access_key = s2\n",
        );
        assert.equal(awsCredentials([]), "");
    });
});
