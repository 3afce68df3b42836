import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { EngineClient, EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as EngineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceMonitorClient, ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import type * as MonitorMessages from "@pulumi/pulumi/proto/resource_pb.js";
import { useOwnConnections } from "../../../../src/engine/inline/connections.ts";

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

/** Starts the server of a call; its port. */
async function serve({ serve }: Call, port = 0): Promise<{ server: grpc.Server; port: number }> {
    const server = new grpc.Server();
    serve(server);
    const bound = await new Promise<number>((resolve, reject) =>
        server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, at) =>
            error === null ? resolve(at) : reject(error),
        ),
    );
    return { server, port: bound };
}

/** A new client of a port, and how to make the call with it. */
function connected({ make }: Call, port: number, options: object) {
    const { client, call } = make(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
    const done = () =>
        new Promise<void>((resolve, reject) => call((error) => (error === null ? resolve() : reject(error))));
    return { client, call: done };
}

/** Makes a call to a server on the port of an earlier one, whose client has seen its end. */
async function afterAnother(call: Call, options: object, ofEarlier: object): Promise<void> {
    const { server: earlier, port } = await serve(call);
    const before = connected(call, port, ofEarlier);
    await before.call();
    earlier.forceShutdown();
    await assert.rejects(before.call(), { code: grpc.status.UNAVAILABLE });
    const { server } = await serve(call, port);
    const one = connected(call, port, options);
    try {
        await one.call();
    } finally {
        before.client.close();
        one.client.close();
        server.forceShutdown();
    }
}

for (const call of CALLS) {
    describe(`calls of an inline program ${call.name}`, () => {
        const { grpcClientOptions } = pulumi.runtime as unknown as { grpcClientOptions: object };
        const asMade = { ...grpcClientOptions, "grpc.use_local_subchannel_pool": 0 };

        before(useOwnConnections);

        it("are lost on the port of an earlier engine, as the SDK makes them", async () => {
            await assert.rejects(afterAnother(call, asMade, asMade), { code: grpc.status.UNAVAILABLE });
        });

        it("arrive on the port of an earlier engine", async () => {
            await afterAnother(call, grpcClientOptions, asMade);
        });
    });
}
