import * as pulumi from "@pulumi/pulumi";

/**
 * Gives each inline program connections of its own to the engine.
 *
 * gRPC shares what it knows of an address within a process, and the SDK closes
 * none of a run's connections: a new engine on the port of an earlier one was
 * taken to be away for as long as the earlier one's last call makes gRPC wait.
 *
 * @throws Error when the SDK has no such options any more
 */
export function useOwnConnections(): void {
    // Exported by the SDK, though its types do not say so.
    const { grpcClientOptions } = pulumi.runtime as { grpcClientOptions?: Record<string, unknown> };
    if (grpcClientOptions === undefined) throw new Error("@pulumi/pulumi has no runtime.grpcClientOptions");
    grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}
