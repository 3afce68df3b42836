import assert from "node:assert/strict";
import { anonymousPolicy, builderPolicy } from "../../../src/cache/policies.ts";

describe("policies", () => {
    it("let a builder do seven things, and deny what those would give too", () => {
        assert.deepEqual(builderPolicy("cache-1"), {
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Action: [
                        "s3:AbortMultipartUpload",
                        "s3:GetBucketLocation",
                        "s3:GetObject",
                        "s3:ListBucket",
                        "s3:ListBucketMultipartUploads",
                        "s3:ListMultipartUploadParts",
                        "s3:PutObject",
                    ],
                    Resource: ["arn:aws:s3:::cache-1", "arn:aws:s3:::cache-1/*"],
                },
                {
                    Effect: "Deny",
                    Action: ["s3:PutObject"],
                    Resource: ["arn:aws:s3:::cache-1/nix-cache-info", "arn:aws:s3:::cache-1/usage.html"],
                },
                { Effect: "Deny", Action: ["admin:CreateServiceAccount"] },
            ],
        });
    });

    for (const [listing, onBucket] of [
        [true, ["s3:GetBucketLocation", "s3:ListBucket"]],
        [false, ["s3:GetBucketLocation"]],
    ] as const) {
        it(`let everyone read${listing ? " and list, as mc anonymous set download does" : ", and not list"}`, () => {
            assert.deepEqual(anonymousPolicy("cache-1", listing), {
                Version: "2012-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { AWS: ["*"] },
                        Action: onBucket,
                        Resource: ["arn:aws:s3:::cache-1"],
                    },
                    {
                        Effect: "Allow",
                        Principal: { AWS: ["*"] },
                        Action: ["s3:GetObject"],
                        Resource: ["arn:aws:s3:::cache-1/*"],
                    },
                ],
            });
        });
    }
});
