import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostConfig } from "../../../src/hosts/hostConfig.ts";
import { writeBundle } from "../../../sandbox/certificates.ts";
import { projectDir } from "../../../sandbox/paths.ts";
import { nixEnvironment, removeStore, type NixSandbox } from "../../../sandbox/nixCommand.ts";
import type { Minio } from "../../../sandbox/minio.ts";
import { run, type Outcome } from "../../../src/system/run.ts";
import { Queue } from "../../../src/push/queue.ts";
import { readSettings, type GivenSettings } from "../../../src/push/settings.ts";
import { Worker, type Mode } from "../../../src/push/worker.ts";
import { TestStack, type Config } from "../testStack.ts";
import { newFolder } from "../world.ts";
import { LocalStore } from "./store.ts";

/** A machine that builds: it has the outputs of a stack as files, a store of its own, and a queue. */
export class BuildMachine {
    readonly stack: TestStack;
    /** What it was told last. */
    host: HostConfig;
    readonly store: LocalStore;
    readonly sandbox: NixSandbox;
    readonly queueFolder: string;
    private readonly files: string;

    private constructor(stack: TestStack, host: HostConfig, sandbox: NixSandbox, files: string) {
        this.stack = stack;
        this.host = host;
        this.sandbox = sandbox;
        this.files = files;
        this.store = new LocalStore(sandbox);
        this.queueFolder = join(files, "queue");
    }

    /** Deploys a stack and writes its outputs to files as a user does. Needs Nix. */
    static async of(name: string, config: Config = {}, minio?: Minio): Promise<BuildMachine> {
        const stack = await TestStack.open(
            name,
            { bucket: name, builders: [`${name}-builder`], ...config },
            minio,
        );
        await stack.up();
        return BuildMachine.on(stack, stack.world.tools.nix ?? "");
    }

    /** Another machine of the same stack, with a store and a queue of its own. @param nix folder of its Nix */
    beside(nix: string): Promise<BuildMachine> {
        return BuildMachine.on(this.stack, nix);
    }

    private static async on(stack: TestStack, nix: string): Promise<BuildMachine> {
        const files = newFolder("builder");
        process.once("exit", () => removeStore(files));
        const host = await writeOutputs(stack, files);
        const dir = join(files, "nix");
        mkdirSync(dir);
        const bundle = join(files, "bundle.crt");
        writeBundle(bundle, host.caCertificate ?? "");
        return new BuildMachine(stack, host, { nix, bundle, dir }, files);
    }

    /** Brings the stack's outputs of now to it. */
    async update(): Promise<void> {
        this.host = await writeOutputs(this.stack, this.files);
    }

    get queue(): Queue {
        return new Queue(this.queueFolder);
    }

    /** Settings with pauses for tests. @param endpoint another way to the server. Default: its own */
    given(endpoint = this.host.endpoint): GivenSettings {
        const hostConfigFile = join(this.files, "hostConfig.json");
        writeFileSync(hostConfigFile, JSON.stringify({ ...this.host, endpoint }));
        return {
            hostConfigFile,
            credentialsFile: join(this.files, "awsCredentials"),
            signingKeyFile: join(this.files, "secretKey"),
            backoff: { firstMs: 2, longestMs: 20 },
            nix: this.store.nix,
        };
    }

    /**
     * Works the queue in this process.
     *
     * @param timeoutMs milliseconds for which the server may be silent. Default: as in a push
     * @returns what it said
     */
    async push(
        mode: Mode = "empty",
        given: GivenSettings = this.given(),
        timeoutMs?: number,
    ): Promise<string[]> {
        const lines: string[] = [];
        const { queue } = this;
        mkdirSync(queue.work, { recursive: true });
        const { cache, ...settings } = readSettings(given);
        const limit = timeoutMs === undefined ? {} : { timeoutMs };
        const impatient = { ...cache, connection: { ...cache.connection, ...limit } };
        await new Worker(queue, { ...settings, cache: impatient }, (line) => lines.push(line)).work(mode);
        return lines;
    }

    /** Runs the real command. @param env further environment variables */
    cli(command: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
        const program = join(projectDir, "src", "cli", "main.ts");
        return run(process.execPath, [program, command, ...args], {
            // Anywhere but in the project.
            cwd: this.files,
            env: { ...this.environment(), ...env },
        });
    }

    /** The environment of the push service: files and names, no secret. */
    environment(): NodeJS.ProcessEnv {
        const { hostConfigFile, credentialsFile, signingKeyFile } = this.given();
        const nix = nixEnvironment(this.sandbox);
        return {
            ...nix,
            PATH: `${this.sandbox.nix}:${nix.PATH ?? ""}`,
            NIX_CACHE_QUEUE: this.queueFolder,
            NIX_CACHE_HOST_CONFIG_FILE: hostConfigFile,
            AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
            NIX_CACHE_SIGNING_KEY_FILE: signingKeyFile,
            NIX_CACHE_STORE: this.store.nix.store,
        };
    }

    /** The state of the queue, as the command prints it. */
    async report(): Promise<QueueReport> {
        const { stdout } = await this.cli("queue", ["--json"]);
        return JSON.parse(stdout) as QueueReport;
    }

    /** The secret part of the credentials, to look for where it must not be. */
    secrets(): string[] {
        const credentials = readFileSync(join(this.files, "awsCredentials"), "utf8");
        const secret = /aws_secret_access_key = (.+)/.exec(credentials)?.[1] ?? "";
        const key = readFileSync(join(this.files, "secretKey"), "utf8").split(":")[1] ?? "";
        return [secret, key];
    }
}

/** Writes the outputs that a builder has to its files. */
async function writeOutputs(stack: TestStack, files: string): Promise<HostConfig> {
    const output = async (name: string, ...flags: string[]) => {
        const { stdout } = await stack.cli("stack", "output", name, ...flags);
        writeFileSync(join(files, name), stdout.trim(), { mode: 0o600 });
        return stdout;
    };
    const host = JSON.parse(await output("hostConfig", "--json")) as HostConfig;
    await output("awsCredentials", "--show-secrets");
    await output("secretKey", "--show-secrets");
    return host;
}

/** What the tests look at of `nix-cache queue --json`. */
export interface QueueReport {
    readonly waiting: number;
    readonly dropped: number;
    readonly pushed: number;
    readonly failed: readonly { path: string; tries: number; lastError: string }[];
    readonly outageSince?: string;
}
