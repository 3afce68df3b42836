import type { HostConfig } from "../../../src/hosts/hostConfig.ts";

/** A private authority's certificate, by openssl. */
export const CA = `-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIUD1JLGRrIlgZThXLL9PZE+B57LgowCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKaG9tZWxhYiBDQTAgFw0yNjExMjIxOTI4NDhaGA8yMTI2MTAy
OTE5Mjg0OFowFTETMBEGA1UEAwwKaG9tZWxhYiBDQTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABJ9g9pJ0tmF57VpNwV6bZ0kTHhO9ynlZ33XVfxjRD6aIXUFUAKB5
lk66uy3DooVKOwwdsrY7vP2O+bbtXwY4T1yjUzBRMB0GA1UdDgQWBBROzLRBtEmg
txSypSg8GZfk0UnlYjAfBgNVHSMEGDAWgBROzLRBtEmgtxSypSg8GZfk0UnlYjAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDNiDDVdhdShJfVLwRv
T3KyizJIuAMIOgkA2IYXkpdapwIhALhdAEukPJWRDS0LBqSOZbQBin52U+a4d0gQ
WXcStpfn
-----END CERTIFICATE-----
`;
/** What `openssl x509 -noout -fingerprint -sha256` says of it. */
export const CA_FINGERPRINT =
    "B5:1C:6B:C3:87:52:6D:9E:0E:8E:72:77:68:DA:46:79:A5:D6:BA:B5:6E:57:73:DB:B8:09:FA:F4:9C:EE:3D:FE";
/** Another, in the place of a public authority. */
export const PUBLIC_CA = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUbWg7/54d+0q2eD9llyGBKFuea8QwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJcHVibGljIENBMCAXDTI2MTEyMjE5Mjg0OFoYDzIxMjYxMDI5
MTkyODQ4WjAUMRIwEAYDVQQDDAlwdWJsaWMgQ0EwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQXz3H+8J/frF22gw/jI/kyXDsYVcGlExDvN28NbNKGXHIK7VI7dUSY
f3nYjsPuZAiY2YlCDpT4eTOJQ0XJTv/qo1MwUTAdBgNVHQ4EFgQUSKggvL+GEygY
VJKOhaRt0czMdXgwHwYDVR0jBBgwFoAUSKggvL+GEygYVJKOhaRt0czMdXgwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAFxyo38Y4fV0w2IFaExKtz
ISLWY4kyfrvunCXSvEtW8wIhANsJq6xBPpELsBlMOxRBQoPjZK4jy31KL6L4soes
SKMt
-----END CERTIFICATE-----
`;

/** What a stack with the defaults says, with a private authority. */
export function hostConfig(changes: Partial<HostConfig> = {}): HostConfig {
    return {
        version: 1,
        substituter: "https://s3.homelab.local/nix-cache",
        bucket: "nix-cache",
        endpoint: "https://s3.homelab.local",
        region: "us-east-1",
        storeUri: "s3://nix-cache?endpoint=https://s3.homelab.local&region=us-east-1&profile=nixbuilder",
        publicKey: "s3.homelab.local-1:AAAA=",
        trustedPublicKeys: ["s3.homelab.local-1:AAAA="],
        priority: 40,
        expireDays: 30,
        narGraceDays: 7,
        builders: ["nixbuilder"],
        nixConf: "",
        usagePage: "https://s3.homelab.local/nix-cache/usage.html",
        caCertificate: CA,
        ...changes,
    };
}
