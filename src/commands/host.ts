import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { shown, UserError } from "../cache/problem.ts";
import { withCommand, wrapped } from "../cache/wrap.ts";
import { UsageError } from "../cache/usageError.ts";
import { makeFolder } from "../system/folders.ts";
import type { BuilderSecrets, HostFile, HostPlan } from "../hosts/plan.ts";
import { HOST_NAMES, hostPlan, SINGLE_FILES } from "../hosts/kinds.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { systemErrorWords } from "../system/systemError.ts";
import { systemCertificates } from "../system/systemCertificates.ts";
import { readHostConfig, readOutputs, type Target } from "../engine/target.ts";
import { writeWhole } from "../system/wholeFile.ts";

const OPTIONS = {
    builder: {
        type: "string",
        value: "B",
        help: "with the secrets of this builder, so that the host can push",
    },
    pinner: {
        type: "string",
        value: "P",
        help: "for credentials: those of this host, which keeps its own pin",
    },
    out: {
        type: "string",
        value: "FOLDER",
        help: "writes files into a folder instead; those with secrets have mode 0600",
    },
} as const;

type HostOptions = Given<typeof OPTIONS>;

export default command({
    summary: "prints what a host that is not NixOS needs, to read or to push",
    arguments: {
        NAME: "linux, macos, nix-darwin, github-actions or container; or a single file: nix-conf, ca-bundle, credentials (secret), signing-key (secret)",
    },
    options: OPTIONS,
    ends: [EXIT.failed],
    run: (target, options, [name = ""]) => host(target, name, options),
});

/**
 * `nix-cache host NAME`: what a host that is not NixOS needs, from the stack's
 * outputs; the server is not asked. Secrets are read only where the host is to
 * push, or the file that is asked for is one.
 */
async function host(target: Target, name: string, options: HostOptions): Promise<ExitStatus> {
    if (!HOST_NAMES.includes(name)) {
        throw new UsageError(`there is no host ${shown(name)}; it must be one of ${HOST_NAMES.join(", ")}`);
    }
    const [config, builder] = await Promise.all([readHostConfig(target), readBuilder(target, name, options)]);
    const plan = hostPlan(name, {
        config,
        ...(builder === undefined ? {} : { builder }),
        systemCertificates: systemCertificates(),
        hostCommand: (...words) => asCalled("host", ...words),
    });
    if (plan === undefined) throw new Error(`no plan for ${name}`);
    if (options.out !== undefined) writePlan(options.out, name, plan, options.json ?? false);
    else if (options.json === true) console.log(JSON.stringify(asJson(name, plan)));
    else process.stdout.write(plan.main.content);
    return EXIT.ok;
}

/** @throws UsageError when it is not said which builder's secrets are meant, or there is none of that name */
async function readBuilder(
    target: Target,
    name: string,
    { builder: asked, pinner }: HostOptions,
): Promise<BuilderSecrets | undefined> {
    if (pinner !== undefined && (name !== "credentials" || asked !== undefined))
        throw new UsageError(
            "--pinner goes with credentials alone: nix-cache host credentials --pinner NAME",
        );
    if (asked === undefined && SINGLE_FILES[name]?.secret !== true) return undefined;
    const { builders, pinners = {}, secretKey } = await readOutputs(target);
    if (pinner !== undefined) {
        const credentials = Object.hasOwn(pinners, pinner) ? pinners[pinner] : undefined;
        if (credentials !== undefined) return { credentials, signingKey: secretKey };
        const names = Object.keys(pinners).join(", ");
        throw new UserError(
            `the stack has no pinner ${shown(pinner)}; ${names === "" ? "the setting pinners makes them" : `--pinner must be one of ${names}`}`,
        );
    }
    const names = Object.keys(builders);
    // The signing key is the same for all of them.
    const chosen = asked ?? (names.length === 1 || name === "signing-key" ? names[0] : undefined);
    if (chosen === undefined) {
        throw new UsageError(`whose? give --builder NAME, one of ${names.join(", ")}`);
    }
    const credentials = Object.hasOwn(builders, chosen) ? builders[chosen] : undefined;
    if (credentials === undefined) {
        throw new UsageError(
            `the stack has no builder ${shown(chosen)}; --builder must be one of ${names.join(", ")}`,
        );
    }
    return { credentials, signingKey: secretKey };
}

function writePlan(folder: string, name: string, plan: HostPlan, json: boolean): void {
    const files = [plan.main, ...plan.parts];
    try {
        const secret = files.some((file) => file.secret);
        const isNew = !existsSync(folder);
        makeFolder(folder, "any");
        if (isNew && secret) chmodSync(folder, 0o700);
        for (const { name: file, content, secret } of files)
            writeWhole(join(folder, file), content, secret ? 0o600 : 0o644);
    } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(`${folder} cannot be written: ${systemErrorWords(error)}`, { cause: error });
    }
    if (json) {
        const written = files.map(({ name: file }) => join(folder, file));
        console.log(JSON.stringify({ host: name, written, steps: plan.steps }));
        return;
    }
    for (const file of files) {
        console.log(`${join(folder, file.name)}${file.secret ? "  (secret, mode 0600)" : ""}`);
    }
    console.log("");
    plan.steps.forEach((step, index) => console.log(stepLines(step, `${index + 1}. `).join("\n")));
}

/** A step of a plan; the command that it ends with stays whole, to be copied. */
function stepLines(step: string, first: string): string[] {
    const [, words, command] = /^([^:]+): (.+)$/.exec(step) ?? [];
    return words === undefined || command === undefined
        ? wrapped(step, first)
        : withCommand(words, command, first);
}

function asJson(name: string, { main, parts, steps }: HostPlan): unknown {
    const file = (one: HostFile) => ({
        name: one.name,
        mode: one.secret ? "0600" : "0644",
        content: one.content,
    });
    return { host: name, main: file(main), parts: parts.map(file), steps };
}
