import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { HostConfig } from "../../../src/hosts/hostConfig.ts";
import { usagePage } from "../../../src/hosts/page/usagePage.ts";
import { hostPlan } from "../../../src/hosts/kinds.ts";
import { run } from "../../../src/system/run.ts";
import { hostConfig } from "./samples.ts";

/** What a name may do in a shell, by which each of these would make a file `pwned`. */
const HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    ";touch pwned;",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "\ntouch pwned\n",
    "\rtouch pwned\r",
    "&& touch pwned #",
    "${{ touch pwned }}",
    "| touch pwned",
    "\\",
    "EOF\ntouch pwned",
];

/** A command that writes what it is given, an argument a line, in JSON. */
const ARGUMENTS = `#!${process.execPath}
require("node:fs").appendFileSync(process.env.SEEN, JSON.stringify(process.argv.slice(2)) + "\\n");
`;

describe("commands for hosts, with names that mean something to a shell", () => {
    let folder = "";
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-hostile-"));
        mkdirSync(join(folder, "bin"));
        for (const name of ["nix", "npm"]) {
            writeFileSync(join(folder, "bin", `${name}.cjs`), ARGUMENTS);
            chmodSync(join(folder, "bin", `${name}.cjs`), 0o755);
            writeFileSync(
                join(folder, "bin", name),
                `#!/bin/sh\nexec "${join(folder, "bin", name)}.cjs" "$@"\n`,
            );
            chmodSync(join(folder, "bin", name), 0o755);
        }
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    /** What the script calls `nix` and `npm` with, by a real shell; nothing else may have happened. */
    async function called(script: string): Promise<string[][]> {
        const place = mkdtempSync(join(folder, "run-"));
        const seen = join(place, "seen");
        const { PATH = "" } = process.env;
        const env = { PATH: `${join(folder, "bin")}:${PATH}`, SEEN: seen, DESTDIR: join(place, "root") };
        const { status, stderr } = await run("sh", ["-c", script], { cwd: place, env });
        assert.equal(existsSync(join(place, "pwned")), false, script);
        assert.equal(status, 0, `${stderr}\n${script}`);
        const lines = existsSync(seen) ? readFileSync(seen, "utf8").trim().split("\n") : [];
        return lines.map((line) => JSON.parse(line) as string[]);
    }

    for (const evil of HOSTILE) {
        // More than any check lets through: what an output holds may be of another version.
        const config: HostConfig = hostConfig({
            substituter: `https://${evil}/nix-cache`,
            endpoint: `https://s3${evil}`,
            region: evil,
            caCertificate: null,
        });
        const name = `ci${evil}`;
        const builder = { credentials: { accessKey: name, secretKey: "secret" }, signingKey: "k-1:AA==" };
        const plan = (host: string) =>
            hostPlan(host, { config, builder, systemCertificates: "" })?.main.content ?? "";
        const said = `with ${JSON.stringify(evil)}`;

        it(`are what they look like on the page, ${said}`, async () => {
            const page = usagePage({ ...config, endpoint: "https://s3", builders: [name] });
            const block = (id: string) =>
                (new RegExp(`<pre id="${id}"[^>]*><code>(.*?)</code>`, "s").exec(page)?.[1] ?? "").replaceAll(
                    /&#(\d+);/g,
                    (_, code: string) => String.fromCharCode(Number(code)),
                );
            const [check] = await called(block("check-command"));
            assert.equal(check?.at(-1), config.substituter);
            const [push] = await called(block("push-command"));
            const to = push?.[push.indexOf("--to") + 1] ?? "";
            assert.ok(to.startsWith(`s3://nix-cache?endpoint=https://s3&region=${evil}&profile=ci`), to);
        });

        for (const host of ["linux", "macos"]) {
            it(`do nothing of it in the script for ${host}, ${said}`, async () => {
                await called(plan(host));
            });
        }

        it(`do nothing of it in the steps' commands for linux, ${said}`, async () => {
            const steps = hostPlan("linux", { config, builder, systemCertificates: "" })?.steps ?? [];
            const command = (begin: string) =>
                steps.find((step) => step.startsWith(begin))?.slice(begin.length) ?? "";
            const [host] = await called(command("Run it as root on the machine: ").replace(/\| ssh .*$/, ""));
            assert.deepEqual(host?.slice(-2), ["--builder", name]);
            const [info] = await called(command("See that it works: ").replace(/ \(store ping .*$/, ""));
            assert.equal(info?.at(-1), config.substituter);
            const [push] = await called(command("Push, as root: "));
            assert.ok(push?.[push.indexOf("--to") + 1]?.includes(`endpoint=${config.endpoint}&`));
        });

        for (const host of ["nix-darwin", "container", "github-actions"]) {
            it(`are comments alone in the steps for ${host}, ${said}`, () => {
                const text = plan(host);
                const { steps } = hostPlan(host, { config, builder, systemCertificates: "" }) ?? {
                    steps: [],
                };
                const last = text.indexOf(steps.at(-1)?.split(/[\n\r]/)[0] ?? "no step");
                assert.ok(last > 0);
                for (const line of text.slice(0, last).split(/[\n\r]/)) assert.match(line, /^# |^$/);
            });
        }

        it(`are YAML for GitHub Actions, and no expression of its own, ${said}`, async () => {
            const steps = parse(plan("github-actions")) as { run?: string; env?: Record<string, string> }[];
            assert.equal(steps.length, 2);
            const script = steps[1]?.run ?? "";
            // The one expression that there may be is the text that begins one.
            const evaluated = script.replaceAll("${{ '${{' }}", "\0");
            assert.doesNotMatch(evaluated, /\$\{\{/);
            const [push] = await called(evaluated.replaceAll("\0", "${{"));
            assert.ok(push?.[push.indexOf("--to") + 1]?.includes(`endpoint=${config.endpoint}&`));
        });
    }
});
