// How the machines of the setting `hosts` are set up over SSH.
// What they are told is in src/hosts/kinds/linux.ts.

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../src/hosts/awsCredentials.ts";
import type { HostConfig } from "../src/hosts/hostConfig.ts";
import { shellWord } from "../src/hosts/quoting.ts";
import type { Rollout, RolloutHost } from "../src/cache/hostsSetting.ts";
import type { NixCache } from "./nixCache.ts";
import { linux } from "../src/hosts/kinds/linux.ts";

/** Arguments of {@link HostRollout}. */
export interface HostRolloutArgs {
    /** The machine: Linux with plain Nix. */
    readonly host: RolloutHost;
    /** Text of the SSH private key that logs in. Secret. */
    readonly privateKey: pulumi.Input<string>;
    /** What every host is told. */
    readonly hostConfig: pulumi.Input<HostConfig>;
    /** What a builder is given beyond that. Default: the host only reads. Secret. */
    readonly builder?: HostRolloutSecrets | undefined;
}

/** A builder's secrets, which may not be known yet. */
export interface HostRolloutSecrets {
    readonly credentials: pulumi.Input<Credentials>;
    /** The key that pushes are signed with. */
    readonly signingKey: pulumi.Input<string>;
}

/**
 * Another machine's files for the cache, brought there over SSH: what
 * `npm run host -- linux` prints, run as root. Whenever it would print something
 * else (another key, another secret) it runs again; on destroy it takes away
 * what it wrote.
 *
 * All of it goes through standard input, so no secret is in a command, in its
 * output or in an error.
 */
export class HostRollout extends pulumi.ComponentResource {
    constructor(name: string, args: HostRolloutArgs, opts?: pulumi.ComponentResourceOptions) {
        super("nix-cache:index:HostRollout", name, {}, opts);
        const { host, builder } = args;
        const script = pulumi
            .all([
                args.hostConfig,
                builder && pulumi.secret(builder.credentials),
                builder && pulumi.secret(builder.signingKey),
            ])
            .apply(([config, credentials, signingKey]) => installScript(config, credentials, signingKey));
        const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
        const install = asRoot(host, installCommand(owner));
        new command.remote.Command(
            name,
            {
                connection: {
                    host: host.address,
                    port: host.port ?? 22,
                    user: host.user ?? "root",
                    privateKey: pulumi.secret(args.privateKey),
                    ...(host.hostKey === undefined ? {} : { hostKey: host.hostKey }),
                    // A host that is off is given up after a minute. Not after a moment: the
                    // engine begins nothing new after an error, and the others are to have begun.
                    perDialTimeout: 5,
                    dialErrorLimit: 10,
                },
                // No `triggers`: a changed one replaces, and a replaced resource is deleted after
                // the new one was created, which would take away the files that were just written.
                // A changed script is an update.
                stdin: script,
                create: install,
                update: install,
                delete: asRoot(host, removeCommand(owner)),
                logging: command.remote.Logging.None,
                // Needs AcceptEnv in the host's sshd_config.
                addPreviousOutputInEnv: false,
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}

/** Sets up every machine of the setting `hosts`, once the cache is as they are told. Where there is none, nothing is made. */
export function rollOut(
    cache: NixCache,
    { hosts, privateKey = "" }: Rollout,
    opts?: pulumi.ComponentResourceOptions,
): HostRollout[] {
    return hosts.map(
        (host) =>
            new HostRollout(
                `host-${host.name}`,
                {
                    host,
                    privateKey,
                    hostConfig: cache.hostConfig,
                    builder: host.builder === undefined ? undefined : secretsOf(cache, host.builder),
                },
                { ...opts, dependsOn: cache },
            ),
    );
}

function secretsOf(cache: NixCache, builder: string): HostRolloutSecrets {
    const credentials = cache.builders.apply((all) => {
        const own = all[builder];
        if (own === undefined) throw new pulumi.RunError(`the cache has no builder ${builder}`);
        return own;
    });
    return { credentials, signingKey: cache.secretKey };
}

function installScript(
    config: HostConfig,
    credentials: Credentials | undefined,
    signingKey: string | undefined,
): string {
    const secrets =
        credentials === undefined || signingKey === undefined ? {} : { builder: { credentials, signingKey } };
    // The script makes the bundle of what the host trusts, not of what this machine does.
    return linux({ config, ...secrets, systemCertificates: "" }).main.content;
}

/**
 * The script notes which resource's files these are, with all the other files:
 * one that has gone must not take away what another has written since.
 */
function installCommand(owner: string): string {
    return `sh -s -- --owner ${shellWord(owner)}`;
}

/** Reads all of standard input in any case: a session that ends before is an error. */
function removeCommand(owner: string): string {
    return `sh -s -- --remove --owner ${shellWord(owner)}`;
}

function asRoot({ user = "root" }: RolloutHost, lines: string): string {
    // Whatever shell logs in, this is read by a POSIX one.
    return `${user === "root" ? "" : "sudo -n "}sh -c ${shellWord(lines)}`;
}
