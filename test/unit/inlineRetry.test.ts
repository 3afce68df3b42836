import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { connect, createServer, type AddressInfo } from "node:net";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/engine_pb.js";
import { retryEngineCalls } from "../../inline/retry.ts";

// protoc's JavaScript, whose names an import does not find.
const require = createRequire(import.meta.url);
const { SetRootResourceRequest, SetRootResourceResponse } =
    require("@pulumi/pulumi/proto/engine_pb.js") as typeof Messages;

/** The first call of an inline program to an engine whose first connections are cut; the number of connections. */
async function firstCall(cut: number, options: object): Promise<number> {
    const engine = new grpc.Server();
    engine.addService(EngineService, {
        setRootResource: (_: unknown, answer: grpc.sendUnaryData<Messages.SetRootResourceResponse>) =>
            answer(null, new SetRootResourceResponse()),
    });
    const port = await new Promise<number>((resolve, reject) =>
        engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
        ),
    );
    let connections = 0;
    const front = createServer((socket) => {
        socket.on("error", () => undefined);
        if (++connections <= cut) return void socket.destroy();
        socket.pipe(connect(port, "127.0.0.1").on("error", () => undefined)).pipe(socket);
    }).listen(0, "127.0.0.1");
    await once(front, "listening");
    const address = `127.0.0.1:${(front.address() as AddressInfo).port}`;
    const client = new EngineClient(address, grpc.credentials.createInsecure(), options);
    try {
        await new Promise<void>((resolve, reject) =>
            client.setRootResource(new SetRootResourceRequest(), (error) =>
                error === null ? resolve() : reject(error),
            ),
        );
        return connections;
    } finally {
        client.close();
        engine.forceShutdown();
        front.close();
    }
}

describe("calls of an inline program to the engine", () => {
    const { grpcClientOptions } = pulumi.runtime as unknown as { grpcClientOptions: object };

    it("are lost with a connection that is cut, as the SDK makes them", async () => {
        const asMade = { ...grpcClientOptions, "grpc.service_config": "{}" };
        await assert.rejects(firstCall(1, asMade), { code: grpc.status.UNAVAILABLE });
    });

    it("are made again after a connection was cut", async () => {
        retryEngineCalls();
        assert.equal(await firstCall(1, grpcClientOptions), 2);
    });

    it("fail where every connection is cut", async () => {
        retryEngineCalls();
        await assert.rejects(firstCall(100, grpcClientOptions), { code: grpc.status.UNAVAILABLE });
    });
});
