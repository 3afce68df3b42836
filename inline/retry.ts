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
 * Makes an inline program ask the engine again where a connection to it broke.
 *
 * Without, the SDK waits for ever for the answer of a call that was lost. A call
 * that did arrive changes nothing the second time, or is refused as a duplicate
 * and ends the run with an error. After 5 attempts, some 5 seconds, it gives
 * up. The call that ends a program is not repeated: it is lost in every run
 * that the engine ends by itself. The format of the policy:
 * https://github.com/grpc/grpc/blob/master/doc/service_config.md
 *
 * @throws Error when the SDK has no such options any more
 */
export function retryEngineCalls(): void {
    // Exported by the SDK, though its types do not say so.
    const { grpcClientOptions } = pulumi.runtime as { grpcClientOptions?: Record<string, unknown> };
    if (grpcClientOptions === undefined) throw new Error("@pulumi/pulumi has no runtime.grpcClientOptions");
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
