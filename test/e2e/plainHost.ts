import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_PATH } from "../../src/hosts/nixConf.ts";
import { storeUrl } from "../../sandbox/nixCommand.ts";
import { run, type Outcome } from "../../src/system/run.ts";

/** What a machine has before it hears of the cache: nothing to download from, and signatures are needed. */
const BEFORE = `# a host of its own
experimental-features = nix-command
build-users-group =
substituters =
trusted-public-keys =
`;

/** A machine with Nix whose system lies below a folder: its nix.conf, its certificates, its store, its home. */
export class PlainHost {
    /** Folder with `nix` and `nix-store`. */
    private readonly nixFolder: string;
    readonly root: string;

    constructor(nixFolder: string, root: string) {
        this.nixFolder = nixFolder;
        this.root = root;
        this.write("/etc/nix/nix.conf", BEFORE);
    }

    read(path: string): string {
        return readFileSync(join(this.root, path), "utf8");
    }

    write(path: string, content: string): void {
        const file = join(this.root, path);
        mkdirSync(join(file, ".."), { recursive: true });
        writeFileSync(file, content);
    }

    /**
     * Runs an install.sh of a folder, or given as text.
     *
     * @throws Error with its words when it fails
     */
    async install(script: { readonly file: string } | { readonly text: string }): Promise<void> {
        const env = { ...process.env, DESTDIR: this.root };
        const { status, stderr } = await ("file" in script
            ? run("sh", [script.file], { env })
            : run("sh", ["-s"], { env, input: script.text }));
        if (status !== 0) throw new Error(stderr);
        // The one absolute path of nix.conf, which Nix would look for on the machine that the test runs on.
        const conf = this.read("/etc/nix-cache/nix.conf");
        const line = `ssl-cert-file = ${join(this.root, BUNDLE_PATH)}`;
        this.write("/etc/nix-cache/nix.conf", conf.replace(`ssl-cert-file = ${BUNDLE_PATH}`, line));
    }

    /**
     * Runs Nix with what lies below the folder, and nothing else: no setting
     * comes from here or from the machine that the test runs on.
     */
    nix(command: "nix" | "nix-store", ...args: string[]): Promise<Outcome> {
        const home = join(this.root, "root");
        mkdirSync(home, { recursive: true });
        return run(join(this.nixFolder, command), [...args, "--store", storeUrl(this.root)], {
            cwd: home,
            env: {
                PATH: process.env.PATH,
                HOME: home,
                NIX_CONF_DIR: join(this.root, "etc", "nix"),
                NO_PROXY: "127.0.0.1",
                no_proxy: "127.0.0.1",
                ...this.daemonEnvironment(),
            },
        });
    }

    /** What systemd's drop-in gives to the daemon; its paths are below the folder here. */
    private daemonEnvironment(): Record<string, string> {
        const variable = /^Environment=(\w+)=(.*)$/m.exec(this.readIfThere(DROP_IN));
        return variable === null ? {} : { [variable[1] ?? ""]: join(this.root, variable[2] ?? "") };
    }

    private readIfThere(path: string): string {
        try {
            return this.read(path);
        } catch {
            return "";
        }
    }
}

const DROP_IN = "/etc/systemd/system/nix-daemon.service.d/nix-cache.conf";
