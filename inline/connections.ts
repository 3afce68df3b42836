import * as pulumi from "@pulumi/pulumi";

/** The calls of this project's program, but for the last. */
const MONITOR_CALLS = [
    "GetDeploymentInfo",
    "SupportsFeature",
    "ReadResource",
    "RegisterResource",
    "RegisterResourceOutputs",
];
const ofMonitor = (method: string) => ({ service: "pulumirpc.ResourceMonitor", method });

/**
 * Makes the connections of inline programs to the engine ones that last.
 *
 * Each is its own: gRPC shares what it knows of an address within a process, so
 * a new engine on the port of an earlier one was told to be away, for as long as
 * the earlier one's last call makes gRPC wait.
 *
 * A call whose connection broke is made again, where the SDK would wait for its
 * answer for ever. If it did arrive, it changes nothing the second time, or is
 * refused as a duplicate and ends the run with an error. After 5 attempts, some
 * 5 seconds, it is given up. The call that ends a program is not repeated: it is
 * lost in every run that the engine ends by itself. The format of the policy:
 * https://github.com/grpc/grpc/blob/master/doc/service_config.md
 *
 * @throws Error when the SDK has no such options any more
 */
export function keepConnections(): void {
    // Exported by the SDK, though its types do not say so.
    const { grpcClientOptions } = pulumi.runtime as { grpcClientOptions?: Record<string, unknown> };
    if (grpcClientOptions === undefined) throw new Error("@pulumi/pulumi has no runtime.grpcClientOptions");
    grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
    grpcClientOptions["grpc.service_config"] = JSON.stringify({
        loadBalancingConfig: [],
        methodConfig: [
            {
                name: [{ service: "pulumirpc.Engine" }, ...MONITOR_CALLS.map(ofMonitor)],
                retryPolicy: {
                    maxAttempts: 5,
                    initialBackoff: "0.5s",
                    maxBackoff: "2s",
                    backoffMultiplier: 2,
                    retryableStatusCodes: ["UNAVAILABLE"],
                },
            },
        ],
    });
}
