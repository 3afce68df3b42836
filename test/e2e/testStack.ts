import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { OutputMap, Stack } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import type { Minio } from "../../sandbox/minio.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { configure, openStack } from "../../sandbox/stack.ts";
import { stackEnvironment, type StackPlace } from "../../sandbox/stackPlace.ts";
import { binFolder } from "../../toolchain/pulumiHome.ts";
import { run, type Outcome as ProcessOutcome } from "../../src/system/run.ts";
import { doneIn, errorsIn, withoutNoise } from "./pulumiText.ts";
import { newFolder, theWorld, type World } from "./world.ts";

/** Configuration as in Pulumi.STACK.yaml, without the project's name before the project's own keys; null: not set. */
export type Config = Readonly<Record<string, unknown>>;

/** What an operation came to. */
export interface Outcome {
    /** Number of resources by what was done: `same`, `create`, `update`, `replace`, `delete`. */
    readonly changes: Readonly<Record<string, number>>;
    /** What was done to which resource, sorted: `updated S3Object nix-cache-info`. Components are not among them. */
    readonly done: readonly string[];
    /** All that Pulumi printed. */
    readonly text: string;
    /** The errors in it, each once. */
    readonly errors: readonly string[];
    readonly failed: boolean;
}

/** A stack of the real index.ts with the real Pulumi.yaml, on a real server. */
export class TestStack {
    readonly place: StackPlace;
    readonly stack: Stack;
    readonly world: World;
    readonly minio: Minio;
    /** All that Pulumi has printed for this stack so far. */
    log = "";

    private constructor(world: World, minio: Minio, place: StackPlace, stack: Stack) {
        this.world = world;
        this.minio = minio;
        this.place = place;
        this.stack = stack;
    }

    /**
     * @param config beyond what reaches the server; what is not named has its default of Pulumi.yaml
     * @param project the project's name. Default: that of Pulumi.yaml
     */
    static async open(
        stackName: string,
        config: Config = {},
        minio?: Minio,
        project?: string,
    ): Promise<TestStack> {
        const world = await theWorld();
        const server = minio ?? world.minio;
        const workDir = newFolder(stackName);
        const text = readFileSync(join(projectDir, "Pulumi.yaml"), "utf8");
        const renamed = project === undefined ? text : withName(text, project);
        writeFileSync(join(workDir, "Pulumi.yaml"), renamed);
        const passphraseFile = join(newFolder("passphrase"), "passphrase");
        writeFileSync(passphraseFile, "correct horse battery staple");
        const state = newFolder("state");
        const { pulumiHome, tools } = world;
        const place = { stackName, workDir, state, pulumiHome, passphraseFile, tools };
        const test = new TestStack(world, server, place, await openStack(place));
        test.configure({ ...test.serverConfig(), ...config });
        await test.setPassword(server.connection.secretKey);
        return test;
    }

    /** What reaches the server, but for the password. */
    serverConfig(): Config {
        return {
            "minio:minioServer": this.minio.address,
            "minio:minioUser": this.minio.connection.accessKey,
            "minio:minioSsl": true,
            "minio:minioCacertFile": this.minio.caFile,
        };
    }

    /** The settings file, edited as a user does. */
    configure(config: Config): void {
        const file = join(this.place.workDir, `Pulumi.${this.place.stackName}.yaml`);
        const text = existsSync(file) ? readFileSync(file, "utf8") : "";
        const settings = (parse(text) ?? {}) as { config?: Record<string, unknown> };
        const all = { ...settings.config };
        for (const [key, value] of Object.entries(config)) {
            all[key.includes(":") ? key : `nix-cache:${key}`] = value;
        }
        const set = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
        writeFileSync(file, stringify({ ...settings, config: set }));
    }

    async setPassword(value: string): Promise<void> {
        await configure(this.stack, this.place, { "minio:minioPassword": { value, secret: true } });
    }

    /** `pulumi up`, which must succeed. */
    async up(config: Config = {}, { refresh = false } = {}): Promise<Outcome> {
        this.configure(config);
        return this.succeed("up", (options) => this.stack.up({ ...options, refresh }));
    }

    /** `pulumi up`, which must fail. */
    async upFails(config: Config = {}, { refresh = false } = {}): Promise<Outcome> {
        this.configure(config);
        return this.fail("up", (options) => this.stack.up({ ...options, refresh }));
    }

    /** `pulumi preview`, which must fail. */
    async previewFails(): Promise<Outcome> {
        return this.fail("preview", (options) => this.stack.preview(options));
    }

    /** `pulumi preview --refresh --expect-no-changes`, which must succeed. */
    async mustBeQuiet(): Promise<void> {
        await this.succeed("preview", (options) =>
            this.stack.preview({ ...options, refresh: true, expectNoChanges: true }),
        );
    }

    /** `pulumi preview --expect-no-changes`, as people look for what was changed by hand. */
    preview({ refresh = false } = {}): Promise<Outcome> {
        return this.run((options) => this.stack.preview({ ...options, refresh, expectNoChanges: true }));
    }

    /** `pulumi destroy --skip-preview`, as the Automation API always does it. */
    destroy(
        options: { readonly excludeProtected?: boolean; readonly refresh?: boolean } = {},
    ): Promise<Outcome> {
        return this.run((common) => this.stack.destroy({ ...common, ...options }));
    }

    /** `pulumi stack export`: secrets stay encrypted, which the Automation API's own does not do. */
    async exported(): Promise<string> {
        const { stdout } = await this.cli("stack", "export");
        return stdout;
    }

    /** The state's resources in a fixed order, without what changes with every operation: times, ciphertexts. */
    async resources(): Promise<StateResource[]> {
        const { deployment } = JSON.parse(await this.exported(), withoutNoise) as {
            deployment: { resources?: StateResource[] };
        };
        // The stack's reference to itself is read anew each time; it stands for nothing.
        return (deployment.resources ?? [])
            .filter(({ type }) => type !== "pulumi:pulumi:StackReference")
            .sort((a, b) => (a.urn < b.urn ? -1 : 1));
    }

    /** The outputs with their secrets in clear. */
    async outputs(): Promise<Record<string, unknown>> {
        const outputs: OutputMap = await this.stack.outputs();
        return Object.fromEntries(
            Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]),
        );
    }

    /** Runs Pulumi's CLI on this stack. */
    async cli(...args: string[]): Promise<ProcessOutcome> {
        return this.pulumi(args, "");
    }

    /** `pulumi config set --secret --path`, the value by standard input. */
    async setSecret(path: string, input: string): Promise<void> {
        const { status, stderr } = await this.pulumi(["config", "set", "--secret", "--path", path], input);
        if (status !== 0) throw new Error(stderr);
    }

    private pulumi(args: readonly string[], input: string): Promise<ProcessOutcome> {
        const { pulumiHome, workDir, stackName } = this.place;
        // Where its tools are: the CLI looks for the language host on PATH.
        const path = [binFolder(pulumiHome), process.env.PATH ?? ""].join(delimiter);
        const env = { ...process.env, ...stackEnvironment(this.place), PATH: path };
        const options = { cwd: workDir, env, input };
        return run(join(pulumiHome, "bin", "pulumi"), [...args, "--stack", stackName], options);
    }

    private async succeed(what: string, operation: Operation): Promise<Outcome> {
        const outcome = await this.run(operation);
        if (outcome.failed) throw new Error(`pulumi ${what} has failed:\n${outcome.text}`);
        return outcome;
    }

    private async fail(what: string, operation: Operation): Promise<Outcome> {
        const outcome = await this.run(operation);
        if (!outcome.failed) throw new Error(`pulumi ${what} was to fail, but did not:\n${outcome.text}`);
        return outcome;
    }

    private async run(operation: Operation): Promise<Outcome> {
        let text = "";
        const onOutput = (part: string) => {
            text += part;
        };
        let changes: Readonly<Record<string, number>> = {};
        let failed = false;
        try {
            const result = await operation({ color: "never", onOutput, onError: onOutput });
            const counted = Object.entries(result.summary?.resourceChanges ?? result.changeSummary ?? {});
            changes = Object.fromEntries(counted.map(([what, count]) => [what, count ?? 0]));
        } catch (error) {
            failed = true;
            if (text === "") text = String(error);
        }
        this.log += text;
        return { changes, done: doneIn(text), text, errors: errorsIn(text), failed };
    }
}

/** Pulumi.yaml with another name. */
function withName(text: string, project: string): string {
    return text.replace(/^name: .*$/m, `name: ${project}`);
}

/** A resource in the state; of its fields, those that tests look at. */
export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly protect?: boolean;
}

interface Options {
    readonly color: "never";
    readonly onOutput: (text: string) => void;
    readonly onError: (text: string) => void;
}

type Operation = (options: Options) => Promise<{
    summary?: { resourceChanges?: Partial<Record<string, number>> };
    changeSummary?: Partial<Record<string, number>>;
}>;
