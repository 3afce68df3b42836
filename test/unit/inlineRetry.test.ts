import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { connect, createServer, type AddressInfo } from "node:net";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as EngineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceMonitorClient, ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type * as MonitorMessages from "@pulumi/pulumi/proto/resource_pb.js";
import { retryEngineCalls } from "../../inline/retry.ts";

// protoc's JavaScript, whose names an import does not find.
const require = createRequire(import.meta.url);
const { SetRootResourceRequest, SetRootResourceResponse } =
    require("@pulumi/pulumi/proto/engine_pb.js") as typeof EngineMessages;
const { RegisterResourceRequest, RegisterResourceResponse } =
    require("@pulumi/pulumi/proto/resource_pb.js") as typeof MonitorMessages;

type Done = (error: grpc.ServiceError | null) => void;

/** A first call of an inline program: whom it asks, what, and who answers. */
interface Call {
    readonly name: string;
    readonly serve: (server: grpc.Server) => void;
    readonly make: (...connection: ConstructorParameters<typeof grpc.Client>) => {
        readonly client: grpc.Client;
        readonly call: (done: Done) => unknown;
    };
}

const CALLS: readonly Call[] = [
    {
        name: "to the engine",
        serve: (server) =>
            server.addService(EngineService, {
                setRootResource: (_: unknown, answer: grpc.sendUnaryData<unknown>) =>
                    answer(null, new SetRootResourceResponse()),
            }),
        make: (...connection) => {
            const client = new EngineClient(...connection);
            return { client, call: (done) => client.setRootResource(new SetRootResourceRequest(), done) };
        },
    },
    {
        name: "to the resource monitor",
        serve: (server) =>
            server.addService(ResourceMonitorService, {
                registerResource: (_: unknown, answer: grpc.sendUnaryData<unknown>) =>
                    answer(null, new RegisterResourceResponse()),
            }),
        make: (...connection) => {
            const client = new ResourceMonitorClient(...connection);
            return { client, call: (done) => client.registerResource(new RegisterResourceRequest(), done) };
        },
    },
];

/** Makes a call to a server whose first connections are cut; the number of connections that it took. */
async function make({ serve, make }: Call, cut: number, options: object): Promise<number> {
    const server = new grpc.Server();
    serve(server);
    const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
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
    const { client, call } = make(address, grpc.credentials.createInsecure(), options);
    try {
        await new Promise<void>((resolve, reject) =>
            call((error) => (error === null ? resolve() : reject(error))),
        );
        return connections;
    } finally {
        client.close();
        server.forceShutdown();
        front.close();
    }
}

for (const call of CALLS) {
    describe(`calls of an inline program ${call.name}`, () => {
        const { grpcClientOptions } = pulumi.runtime as unknown as { grpcClientOptions: object };

        it("are lost with a connection that is cut, as the SDK makes them", async () => {
            const asMade = { ...grpcClientOptions, "grpc.service_config": "{}" };
            await assert.rejects(make(call, 1, asMade), { code: grpc.status.UNAVAILABLE });
        });

        it("are made again after a connection was cut", async () => {
            retryEngineCalls();
            assert.equal(await make(call, 1, grpcClientOptions), 2);
        });

        it("fail where every connection is cut", async () => {
            retryEngineCalls();
            await assert.rejects(make(call, 100, grpcClientOptions), { code: grpc.status.UNAVAILABLE });
        });
    });
}
