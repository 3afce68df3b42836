import assert from "node:assert/strict";
import { UserError } from "../../../src/cache/problem.ts";
import { accepted, errorCode } from "../../../src/s3/answers.ts";

const to = { url: "https://s3.homelab.local", accessKey: "admin", secretKey: "hunter22" };
const answer = (status: number, body = "") => ({ status, headers: {}, body: Buffer.from(body) });
const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;
const json = (code: string) => `{"Code":"${code}","Message":"m"}`;

describe("a server's answer", () => {
    it("is taken when the server did what it was asked to", () => {
        for (const status of [200, 204, 206]) {
            const good = answer(status, "body");
            assert.equal(accepted(good, to), good);
        }
    });

    it("has its error code in XML or in JSON, or has none", () => {
        assert.equal(errorCode(answer(403, xml("AccessDenied"))), "AccessDenied");
        assert.equal(errorCode(answer(403, json("AccessDenied"))), "AccessDenied");
        assert.equal(errorCode(answer(502, "<html>Bad Gateway</html>")), "");
        assert.equal(errorCode(answer(200, xml("AccessDenied"))), "");
    });

    for (const [status, body, message] of [
        [403, json("InvalidAccessKeyId"), "knows no user admin (minio:minioUser)"],
        [
            403,
            xml("SignatureDoesNotMatch"),
            "refuses the password of admin (pulumi config set --secret minio:minioPassword)",
        ],
        [
            403,
            json("AccessDenied"),
            "does not let admin administer it: minio:minioUser must be the root user or have the policy consoleAdmin",
        ],
        [
            403,
            json("RequestTimeTooSkewed"),
            "refuses the request because its clock and the one here differ by more than 15 minutes",
        ],
        [503, json("XMinioServerNotInitialized"), "is not ready (it is starting, or has lost drives)"],
        [
            404,
            "page not found",
            "answers 404 where MinIO's admin API was expected (is minio:minioServer a MinIO server?)",
        ],
        [301, "", "answers 301 where MinIO's admin API was expected (is minio:minioServer a MinIO server?)"],
        [500, json("InternalError"), "answers 500 InternalError"],
    ] as const) {
        it(`is one line when it is ${status} ${body}`, () => {
            assert.throws(
                () => accepted(answer(status, body), to),
                (error) => {
                    assert.ok(error instanceof UserError);
                    assert.equal(error.message, `https://s3.homelab.local ${message}`);
                    return true;
                },
            );
        });
    }
});
