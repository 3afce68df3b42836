import * as pulumi from "@pulumi/pulumi";

/**
 * Makes an inline program ask the engine again where a connection to it broke.
 *
 * The calls that are repeated change nothing the second time. After 5 attempts,
 * some 5 seconds, it gives up. The format of the policy:
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
                name: [
                    { service: "pulumirpc.Engine" },
                    { service: "pulumirpc.ResourceMonitor", method: "GetDeploymentInfo" },
                    { service: "pulumirpc.ResourceMonitor", method: "SupportsFeature" },
                ],
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
