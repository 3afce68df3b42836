import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Arena } from "../contestant.ts";
import type { Command } from "../measure.ts";
import { whatAStackMakes } from "./declaration.ts";

/** MinIO's client making what a stack makes, and looking at it. */
export function mcStack(arena: Arena, bucket: string): { readonly up: Command; readonly look: Command } {
    const made = whatAStackMakes(bucket);
    const dir = arena.folder("mc");
    const file = (name: string, content: string) => {
        writeFileSync(join(dir, name), content, { mode: 0o600 });
        return join(dir, name);
    };
    const rules = made.rules.map(({ id, prefix, days }) => ({
        ID: id,
        Status: "Enabled",
        Filter: { Prefix: prefix },
        Expiration: { Days: days },
    }));
    const at = `bench/${bucket}`;
    const policy = file("policy.json", JSON.stringify(made.policy));
    const anonymous = file("anonymous.json", JSON.stringify(made.anonymous));
    const ilm = file("ilm.json", JSON.stringify({ Rules: rules }));
    const user = file("user", `${made.user}\n${randomBytes(16).toString("hex")}\n`);
    const info = file("nix-cache-info", made.cacheInfo);
    const { program, env } = arena.server.mc;
    const sh = (...lines: string[]): Command => {
        const script = lines.map((line) => `"$mc" --no-color ${line}`).join("\n");
        return { program: "sh", args: ["-ec", script], env: { ...env, mc: program } };
    };
    return {
        up: sh(
            `mb '${at}'`,
            `anonymous set-json '${anonymous}' '${at}'`,
            `ilm rule import '${at}' < '${ilm}'`,
            `cp --quiet '${info}' '${at}/nix-cache-info'`,
            `admin user add bench < '${user}'`,
            `admin policy create bench '${made.user}' '${policy}'`,
            `admin policy attach bench '${made.user}' --user '${made.user}'`,
        ),
        look: sh(
            `stat '${at}'`,
            `anonymous get-json '${at}'`,
            `ilm rule export '${at}'`,
            `cat '${at}/nix-cache-info'`,
            `admin user info bench '${made.user}'`,
            `admin policy info bench '${made.user}'`,
        ),
    };
}
