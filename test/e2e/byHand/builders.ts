import type { Change } from "./change.ts";
import type { Scene } from "./scene.ts";

const one = (s: Scene, rest: string) => `user ${s.one}: ${rest}`;
const user = (s: Scene, ...args: string[]) => s.mc("admin", "user", ...args);
const attach = (s: Scene, policy: string, ...to: string[]) =>
    s.mc("admin", "policy", "attach", "server", policy, ...to);

/** Puts the first builder into a new group, which may have a policy. */
async function group(s: Scene, name: string, policy?: string): Promise<void> {
    await s.mc("admin", "group", "add", "server", name, s.one);
    if (policy !== undefined) await attach(s, policy, "--group", name);
}

/** Builders, changed with mc admin. */
export const BUILDERS: readonly Change[] = [
    {
        name: "builder deleted",
        listed: true,
        make: (s) => user(s, "rm", "server", s.one),
        seen: (s) => [one(s, "missing on the server, should be there")],
    },
    {
        name: "builder disabled",
        listed: true,
        make: (s) => user(s, "disable", "server", s.one),
        seen: (s) => [one(s, "disabled on the server, should be enabled")],
    },
    {
        name: "builder with another secret",
        listed: true,
        make: (s) => user(s, "add", "server", s.one, "another-secret"),
        seen: (s) => [one(s, "has another secret on the server, should be the stack's")],
    },
    {
        name: "builder deleted and made again with another secret",
        make: async (s) => {
            await user(s, "rm", "server", s.one);
            await user(s, "add", "server", s.one, "another-secret");
        },
        seen: (s) => [
            one(s, "has another secret on the server, should be the stack's"),
            one(s, `policy ${s.writePolicy} is not attached, should be attached`),
        ],
    },
    {
        name: "policy detached from a builder",
        listed: true,
        make: (s) => s.mc("admin", "policy", "detach", "server", s.writePolicy, "--user", s.one),
        seen: (s) => [one(s, `policy ${s.writePolicy} is not attached, should be attached`)],
    },
    {
        name: "an extra policy attached to a builder",
        listed: true,
        make: (s) => attach(s, "readwrite", "--user", s.one),
        seen: (s) => [one(s, `policy readwrite is attached too, should be ${s.writePolicy} alone`)],
    },
    {
        name: "the second builder made an administrator in place of its policy",
        make: async (s) => {
            await attach(s, "consoleAdmin", "--user", s.two);
            await s.mc("admin", "policy", "detach", "server", s.writePolicy, "--user", s.two);
        },
        seen: (s) => [
            `user ${s.two}: policy ${s.writePolicy} is not attached, should be attached`,
            `user ${s.two}: policy consoleAdmin is attached too, should be ${s.writePolicy} alone`,
        ],
    },
    {
        name: "builder put into a group that has a policy",
        listed: true,
        make: (s) => group(s, `${s.bucket}-group`, "readwrite"),
        seen: (s) => [
            one(s, `is in group ${s.bucket}-group, which has the policy readwrite, should be in no group`),
        ],
    },
    {
        name: "builder put into a group without a policy",
        make: (s) => group(s, `${s.bucket}-plain`),
        seen: (s) => [one(s, `is in group ${s.bucket}-plain, should be in no group`)],
    },
    {
        name: "builder put into a group that is disabled",
        make: async (s) => {
            await group(s, `${s.bucket}-off`, "readwrite");
            await s.mc("admin", "group", "disable", "server", `${s.bucket}-off`);
        },
        seen: (s) => [new RegExp(`^user ${s.one}: is in group ${s.bucket}-off, `)],
    },
    {
        name: "builder given a service account",
        listed: true,
        make: (s) =>
            user(
                s,
                "svcacct",
                "add",
                "server",
                s.one,
                "--access-key",
                "extra-access-key",
                "--secret-key",
                "extra-secret-key",
            ),
        seen: (s) => [one(s, "has a service account extra-access-key, should be without one")],
    },
    {
        name: "builder given a service account with a policy of its own, disabled",
        make: async (s) => {
            const policy = s.file({
                Version: "2012-10-17",
                Statement: [{ Effect: "Allow", Action: ["s3:*"], Resource: ["arn:aws:s3:::*"] }],
            });
            await user(
                s,
                "svcacct",
                "add",
                "server",
                s.one,
                "--access-key",
                "policy-access-key",
                "--secret-key",
                "extra-secret-key",
                "--policy",
                policy,
            );
            await user(s, "svcacct", "disable", "server", "policy-access-key");
        },
        seen: (s) => [one(s, "has a service account policy-access-key, should be without one")],
    },
    {
        name: "second builder given an access key and disabled",
        make: async (s) => {
            await s.mc(
                "admin",
                "accesskey",
                "create",
                "server",
                s.two,
                "--access-key",
                "second-access-key",
                "--secret-key",
                "extra-secret-key",
            );
            await user(s, "disable", "server", s.two);
        },
        seen: (s) => [
            `user ${s.two}: disabled on the server, should be enabled`,
            `user ${s.two}: has a service account second-access-key, should be without one`,
        ],
    },
];
