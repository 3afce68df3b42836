import assert from "node:assert/strict";
import { status, type ServiceError } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { serverState } from "./serverState.ts";
import { TestStack } from "./testStack.ts";

describe("an inline program whose connection to the engine breaks before its first line", function () {
    this.timeout(600_000);
    let stack: TestStack;
    const call = Reflect.get(EngineClient.prototype, "setRootResource");
    const held = async () => ({
        server: await serverState(stack.minio.connection, "broken-engine"),
        state: await stack.resources(),
        outputs: await stack.outputs(),
    });

    before(async () => {
        stack = await TestStack.open("broken-engine", {
            bucket: "broken-engine",
            builders: ["broken-engine-one"],
            protect: false,
        });
        await stack.up();
    });

    afterEach(() => {
        EngineClient.prototype.setRootResource = call;
    });

    function breakIt(): void {
        const error = Object.assign(new Error("14 UNAVAILABLE: read ECONNRESET"), {
            code: status.UNAVAILABLE,
        }) as ServiceError;
        Object.assign(EngineClient.prototype, {
            setRootResource: (_: unknown, answer: (error: ServiceError) => void) => {
                // So late that the SDK has not noted the error when it looks for errors.
                setTimeout(answer, 5, error);
            },
        });
    }

    it("deletes nothing, and says to run it again", async () => {
        const before = await held();
        breakIt();
        const { errors, changes } = await stack.upFails();
        assert.match(errors.join("\n"), /connection to Pulumi's engine broke .*; run the same command again/);
        assert.deepEqual(changes, {});
        const after = await held();
        assert.deepEqual(after.server, before.server);
        assert.deepEqual(after.state, before.state);
    });

    it("shows no deletions in a preview", async () => {
        breakIt();
        const { text } = await stack.previewFails();
        assert.doesNotMatch(text, /delete/);
    });

    it("has nothing to do, and the same keys and secrets, when it is run again", async () => {
        const { outputs } = await held();
        const { changes } = await stack.up();
        // The stack's reference to itself is read each time.
        assert.deepEqual(Object.keys(changes).sort(), ["read", "same"]);
        assert.deepEqual(await stack.outputs(), outputs);
    });
});
