import { builderPolicy } from "../../../src/cache/policies.ts";
import type { Change } from "./change.ts";
import type { Scene } from "./scene.ts";

const policy = (s: Scene, ...args: string[]) => s.mc("admin", "policy", ...args);
const detach = (s: Scene, name: string) => policy(s, "detach", "server", s.writePolicy, "--user", name);

/** Writes the write policy anew, as `mc admin policy create` does. */
function write(s: Scene, statements: readonly unknown[]): Promise<string> {
    const document = { Version: "2012-10-17", Statement: statements };
    return policy(s, "create", "server", s.writePolicy, s.file(document));
}

const declared = (s: Scene) => builderPolicy(s.bucket).Statement;

async function detachAndRemove(s: Scene): Promise<void> {
    await detach(s, s.one);
    await detach(s, s.two);
    await policy(s, "rm", "server", s.writePolicy);
}

const notAttached = (s: Scene, user: string) =>
    `user ${user}: policy ${s.writePolicy} is not attached, should be attached`;

/** The write policy and who has it, changed with mc admin policy. */
export const POLICIES: readonly Change[] = [
    {
        name: "write policy changed: deleting allowed",
        listed: true,
        make: (s) =>
            write(s, [
                ...declared(s),
                { Effect: "Allow", Action: ["s3:DeleteObject"], Resource: [`arn:aws:s3:::${s.bucket}/*`] },
            ]),
        seen: (s) => [
            `policy ${s.writePolicy}: allows s3:DeleteObject on ${s.bucket}/*, should be as the stack declares it`,
        ],
    },
    {
        name: "write policy narrowed to another bucket",
        make: (s) => write(s, builderPolicy("elsewhere").Statement),
        seen: (s) => [
            new RegExp(`^policy ${s.writePolicy}: allows .* on elsewhere.*does not allow .* on ${s.bucket}`),
        ],
    },
    {
        name: "a denial taken out of the write policy",
        make: (s) => write(s, declared(s).slice(0, 2)),
        seen: (s) => [
            `policy ${s.writePolicy}: does not deny admin:CreateServiceAccount, should be as the stack declares it`,
        ],
    },
    {
        name: "the write policy given a condition",
        make: (s) => {
            const [allow, ...others] = declared(s);
            const Condition = { IpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } };
            return write(s, [{ ...allow, Condition }, ...others]);
        },
        seen: (s) => [
            new RegExp(
                `^policy ${s.writePolicy}: allows only s3:AbortMultipartUpload .*192\\.0\\.2\\.0/24.*should be as the stack`,
            ),
        ],
    },
    {
        name: "write policy detached from the builders and deleted",
        listed: true,
        make: detachAndRemove,
        seen: (s) => [
            `policy ${s.writePolicy}: missing on the server, should be there`,
            notAttached(s, s.one),
            notAttached(s, s.two),
        ],
    },
    {
        name: "write policy attached to a stranger",
        make: async (s) => {
            await s.mc("admin", "user", "add", "server", `${s.bucket}-stranger`, "strange-secret");
            await policy(s, "attach", "server", s.writePolicy, "--user", `${s.bucket}-stranger`);
        },
        seen: (s) => [
            `policy ${s.writePolicy}: attached to user ${s.bucket}-stranger too, should be attached to the builders alone`,
        ],
    },
    {
        name: "write policy attached to a group",
        make: async (s) => {
            await s.mc("admin", "user", "add", "server", `${s.bucket}-guest`, "strange-secret");
            await s.mc("admin", "group", "add", "server", `${s.bucket}-guests`, `${s.bucket}-guest`);
            await policy(s, "attach", "server", s.writePolicy, "--group", `${s.bucket}-guests`);
        },
        seen: (s) => [
            `policy ${s.writePolicy}: attached to group ${s.bucket}-guests too, should be attached to the builders alone`,
        ],
    },
    {
        name: "all users and policies deleted",
        listed: true,
        make: async (s) => {
            for (const name of [s.one, s.two]) await s.mc("admin", "user", "rm", "server", name);
            await policy(s, "rm", "server", s.writePolicy);
        },
        seen: (s) => [
            `policy ${s.writePolicy}: missing on the server, should be there`,
            `user ${s.one}: missing on the server, should be there`,
            `user ${s.two}: missing on the server, should be there`,
        ],
    },
];
