import assert from "node:assert/strict";
import fc from "fast-check";
import { awsCredentials } from "../../../src/hosts/awsCredentials.ts";
import { profileName } from "../../../src/cache/profile.ts";
import { completeSettings, settingsProblems } from "../../../src/cache/settings.ts";
import { profileOf, readCredentials } from "../../../src/push/credentials.ts";

const builder = fc.stringMatching(/^[0-9A-Za-z.@_+-]{3,64}$/);

describe("a builder's profile", () => {
    for (const [name, profile] of [
        ["nixbuilder", "nixbuilder"],
        ["CI_runner-1", "CI_runner-1"],
        ["ci.runner", "ci_2erunner"],
        ["ci@home+x", "ci_40home_2bx"],
    ] as const) {
        it(`of ${name} is ${profile}`, () => assert.equal(profileName(name), profile));
    }

    it("has a name that every Nix takes, and that is its own profile's", () => {
        fc.assert(
            fc.property(builder, (name) => {
                // What aws-c-sdkutils 0.2.4 takes, but for the backslash.
                assert.match(profileName(name), /^[0-9A-Za-z_-]+$/);
                assert.equal(profileName(profileName(name)), profileName(name));
            }),
        );
    });

    it("is no other builder's, whatever a stack's builders are called", () => {
        fc.assert(
            fc.property(fc.array(builder, { minLength: 1, maxLength: 5 }), (builders) => {
                const settings = completeSettings({ endpoint: "https://s3", builders });
                fc.pre(settingsProblems(settings).length === 0);
                assert.equal(new Set(builders.map(profileName)).size, builders.length);
            }),
        );
    });

    it("is in a credentials file, before one of the builder's own name", () => {
        const text = awsCredentials([{ accessKey: "ci.runner", secretKey: "secret" }]);
        const lines = "aws_access_key_id = ci.runner\naws_secret_access_key = secret\n";
        assert.equal(text, `[ci_2erunner]\n${lines}\n[ci.runner]\n${lines}`);
        for (const name of ["ci.runner", "ci_2erunner"]) {
            assert.equal(profileOf(text, name), "ci_2erunner");
            assert.equal(readCredentials(text, profileOf(text, name), "f").accessKey, "ci.runner");
        }
    });

    it("is the builder's own name in a file of before, and what the owner calls it in a file of the owner's", () => {
        const before = "[ci.runner]\naws_access_key_id = ci.runner\naws_secret_access_key = secret\n";
        assert.equal(profileOf(before, "ci.runner"), "ci.runner");
        assert.equal(profileOf(before.replace("[ci.runner]", "[my home]"), "my home"), "my home");
        assert.throws(() => readCredentials(before, profileOf(before, "ci.other"), "f"), {
            message: "f has no profile [ci_2eother] (it has: ci.runner)",
        });
    });
});
