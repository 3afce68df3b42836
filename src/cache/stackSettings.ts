import { builderSecretProblems, signingKeyProblems } from "./givenSecrets.ts";
import { rolloutProblems, type RolloutHost } from "./hostsSetting.ts";
import type { Completed, Table } from "./setting.ts";
import { SETTINGS, type GivenSettings } from "./settings.ts";

/** What a stack is told beside what its cache is to be. */
interface OwnSettings {
    /** Signing keys by generation, each `NAME:BASE64`, as `nix key generate-secret` writes it. Default: none. */
    readonly signingKeys?: Readonly<Record<string, string>>;
    /** Secret keys of builders and pinners by name. Default: none. */
    readonly builderSecrets?: Readonly<Record<string, string>>;
    /** Machines that the stack sets up over SSH. Default: none. */
    readonly hosts?: readonly RolloutHost[];
    /** Text of the SSH private key that logs in to them, without a passphrase. Default: none. */
    readonly hostsPrivateKey?: string;
}

/** All that Pulumi.yaml declares, as somebody gives it. */
export type GivenStackSettings = GivenSettings & OwnSettings;

/** The settings of a stack alone: each is stated here and where it is used. */
const OWN = {
    signingKeys: {
        kind: "object",
        default: {},
        unset: "none",
        secret: "secret: pulumi config set --secret --path 'signingKeys.NAME'",
        check: (keys, all) => signingKeyProblems(all, keys),
        description: "Signing keys made elsewhere, by generation.",
        more: "[Taking over](taking-over.md) a cache uses them.",
    },
    builderSecrets: {
        kind: "object",
        default: {},
        unset: "none",
        secret: "secret: pulumi config set --secret --path 'builderSecrets.NAME'",
        check: (secrets, { builders = [], pinners = [] }) =>
            builderSecretProblems([...builders, ...pinners], secrets),
        description: "Builders' and pinners' secrets made elsewhere, by name.",
    },
    hosts: {
        kind: "objects",
        default: [],
        unset: "none",
        check: (hosts, { hostsPrivateKey, builders = [] }) =>
            rolloutProblems({ hosts, privateKey: hostsPrivateKey }, builders),
        description:
            "Machines that the stack sets up over SSH, each with name and address, perhaps port, user, builder, hostKey.",
        more: "[How](hosts.md#hosts-that-the-stack-sets-up-over-ssh).",
    },
    // Checked with the hosts: whether it is needed depends on them.
    hostsPrivateKey: {
        kind: "text",
        unset: "none",
        secret: "secret: pulumi config set --secret hostsPrivateKey < FILE",
        description: "SSH private key that logs in to them.",
    },
} as const satisfies Table<OwnSettings, GivenStackSettings>;

/** Every key of this project's own namespace, in the order of Pulumi.yaml. */
export const STACK_SETTINGS = { ...SETTINGS, ...OWN };

/** A stack's settings with every default filled in. */
export type StackSettings = Completed<GivenStackSettings, typeof STACK_SETTINGS>;
