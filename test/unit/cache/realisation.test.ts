import assert from "node:assert/strict";
import { besideTarget, formatDebugLink } from "../../../src/cache/besideTarget.ts";
import { realisationKey, realisationText, type Realisation } from "../../../src/cache/realisation.ts";
import { signDetached, signingKeyFromSeed } from "../../../src/cache/signingKey.ts";

const { secretKey } = signingKeyFromSeed("s3.example-1", Buffer.alloc(32, 1));
const PATH = "/nix/store/00000000000000000000000000000000-app";
const LIB = "/nix/store/11111111111111111111111111111111-lib";
const id = (digit: string) => `sha256:${digit.repeat(64)}!out`;

describe("a build trace", () => {
    const hashed: Realisation = {
        id: id("a"),
        outPath: PATH,
        dependents: new Map([
            [id("c"), LIB],
            [id("b"), LIB],
        ]),
        signatures: ["z-1:AA=="],
    };
    const traced: Realisation = {
        drv: "22222222222222222222222222222222-app.drv",
        output: "out",
        outPath: PATH,
        signatures: ["z-1:AA=="],
    };

    it("is where each version of Nix looks", () => {
        assert.equal(realisationKey(hashed), `realisations/sha256:${"a".repeat(64)}!out.doi`);
        assert.equal(
            realisationKey(traced),
            "build-trace-v2/22222222222222222222222222222222-app.drv/out.doi",
        );
    });

    it("is signed as Nix to 2.33 and as Nix 2.34 do, by what it refers to and without", () => {
        const rest = `"id":"${id("a")}","outPath":"00000000000000000000000000000000-app"`;
        const lib = "11111111111111111111111111111111-lib";
        const all = `{"dependentRealisations":{"${id("b")}":"${lib}","${id("c")}":"${lib}"},${rest}}`;
        const none = `{"dependentRealisations":{},${rest}}`;
        const { signatures, ...others } = JSON.parse(realisationText(hashed, [secretKey])) as {
            signatures: string[];
        };
        assert.equal(JSON.stringify(others), all);
        const wanted = [signDetached(secretKey, all), signDetached(secretKey, none), "z-1:AA=="];
        assert.deepEqual(new Set(signatures), new Set(wanted));
    });

    it("is signed as Nix 2.35 does", () => {
        const text = `{"key":{"drvPath":"22222222222222222222222222222222-app.drv","outputName":"out"},"value":{"outPath":"00000000000000000000000000000000-app"}}`;
        const [, sig = ""] = signDetached(secretKey, text).split(":");
        assert.deepEqual(JSON.parse(realisationText(traced, [secretKey])), {
            outPath: "00000000000000000000000000000000-app",
            signatures: [
                { keyName: "s3.example-1", sig },
                { keyName: "z-1", sig: "AA==" },
            ],
        });
    });

    it("says of which path it is, and a link to debug information of which NAR", () => {
        assert.equal(besideTarget(realisationKey(hashed), realisationText(hashed, [])), PATH);
        assert.equal(besideTarget(realisationKey(traced), realisationText(traced, [])), PATH);
        const link = formatDebugLink({ url: "nar/x.nar.zst", member: "lib/debug/.build-id/00/1.debug" });
        assert.equal(besideTarget("debuginfo/001", link), "nar/x.nar.zst");
    });

    for (const [key, text] of [
        ["debuginfo/0", '{"archive":"../../other/nar/x"}'],
        ["debuginfo/0", '{"archive":"https://elsewhere/x"}'],
        ["debuginfo/0", "null"],
        ["realisations/x.doi", '{"outPath":"../x"}'],
        ["realisations/x.doi", '{"outPath":1}'],
        ["build-trace-v2/x/out.doi", "no JSON"],
    ] as const)
        it(`is of nothing here: ${key} ${text}`, () => assert.equal(besideTarget(key, text), undefined));
});
