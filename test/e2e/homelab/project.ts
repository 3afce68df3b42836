import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Minio } from "../../../sandbox/minio.ts";
import { projectDir } from "../../../sandbox/paths.ts";
import { stackEnvironment } from "../../../sandbox/stackPlace.ts";
import { binFolder } from "../../../toolchain/pulumiHome.ts";
import { run, type Outcome, type RunOptions } from "../../../src/system/run.ts";
import { mc } from "../mc.ts";
import { newFolder, newMinio, theWorld, type World } from "../world.ts";

/** What a clone does not have: what git ignores, and what no command needs. */
const NOT_CLONED = /^(?:node_modules|\.git|\.sandbox|dist|test|Pulumi\.sandbox\.yaml)$/;

/** The administrator whom Pulumi.homelab.yaml names. */
const ADMINISTRATOR = { name: "admin", password: "a password of this homelab" };

/**
 * A clone of this project in a folder, as the README's "Deploy it in a homelab"
 * has it: `Pulumi.yaml` and `Pulumi.homelab.yaml` of the repository, with nothing
 * changed but the server's address, the CA's file beside them, the stack made and
 * the password set by `pulumi`.
 */
export class HomelabProject {
    readonly world: World;
    readonly minio: Minio;
    /** Where the clone is. */
    readonly folder: string;
    /** Where its owner is: the folder itself, or a link to it. */
    private readonly from: string;
    private readonly environment: NodeJS.ProcessEnv;

    private constructor(world: World, minio: Minio, folder: string, from: string) {
        this.world = world;
        this.minio = minio;
        this.folder = folder;
        this.from = from;
        const passphraseFile = join(newFolder("passphrase"), "passphrase");
        writeFileSync(passphraseFile, "correct horse battery staple");
        const { pulumiHome, tools } = world;
        const place = { stackName: "homelab", workDir: folder, pulumiHome, passphraseFile, tools };
        this.environment = {
            ...process.env,
            ...stackEnvironment({ ...place, state: newFolder("state") }),
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PATH: [binFolder(pulumiHome), process.env.PATH ?? ""].join(delimiter),
            // As a shell notes the folder that it was told to go to.
            PWD: from,
        };
    }

    /**
     * @param name the folder's name
     * @param isLink whether its owner gets there by a link
     */
    static async make(name: string, isLink: boolean): Promise<HomelabProject> {
        const world = await theWorld();
        const folder = join(newFolder("clone"), name);
        const from = isLink ? join(newFolder("links"), "my link") : folder;
        clone(folder);
        if (isLink) symlinkSync(folder, from);
        const project = new HomelabProject(world, await newMinio(world.tools), folder, from);
        await project.setUp();
        return project;
    }

    /** Runs `nix-cache` with the clone's own program, where its owner is. */
    nixCache(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
        return this.run(process.execPath, [join(this.from, "src", "cli", "main.ts"), ...args], options);
    }

    pulumi(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
        return this.run("pulumi", [...args, "--non-interactive"], options);
    }

    /** Runs mc as the server's root user; it must succeed. */
    async mc(...args: string[]): Promise<void> {
        const { status, stdout, stderr } = await mc(this, args);
        assert.equal(status, 0, stdout + stderr);
    }

    private run(command: string, args: readonly string[], { env, ...options }: RunOptions): Promise<Outcome> {
        return run(command, args, { cwd: this.from, ...options, env: { ...this.environment, ...env } });
    }

    private async setUp(): Promise<void> {
        const { name, password } = ADMINISTRATOR;
        await this.mc("admin", "user", "add", "server", name, password);
        await this.mc("admin", "policy", "attach", "server", "consoleAdmin", "--user", name);

        const settings = join(this.folder, "Pulumi.homelab.yaml");
        const text = readFileSync(settings, "utf8");
        const line = /^ {2}minio:minioServer: s3\.homelab\.local$/m;
        assert.match(text, line);
        assert.match(text, /^ {2}minio:minioCacertFile: homelab-ca\.crt$/m);
        writeFileSync(settings, text.replace(line, `  minio:minioServer: ${this.minio.address}`));

        cpSync(this.minio.caFile, join(this.folder, "homelab-ca.crt"));
        for (const [args, input] of [
            [["stack", "init", "homelab"], ""],
            [["config", "set", "--secret", "minio:minioPassword"], password],
        ] as const) {
            const { status, stdout, stderr } = await this.pulumi(args, { input });
            assert.equal(status, 0, stdout + stderr);
        }
    }
}

/** `git clone` and `npm ci`. */
function clone(folder: string): void {
    mkdirSync(folder);
    cpSync(projectDir, folder, {
        recursive: true,
        filter: (from) => !NOT_CLONED.test(from.slice(projectDir.length + 1)),
    });
    symlinkSync(join(projectDir, "node_modules"), join(folder, "node_modules"));
}
