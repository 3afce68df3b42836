import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STORE_DIR } from "../../src/cache/nar.ts";
import { encodeNixBase32 } from "../../src/cache/nixBase32.ts";
import { signingKeyFromSeed } from "../../src/cache/signingKey.ts";
import { Queue } from "../../src/push/queue.ts";
import { readSettings, type Settings } from "../../src/push/settings.ts";
import { Worker, type Mode, type Worked } from "../../src/push/worker.ts";
import { CacheOfAll } from "./cacheOfAll.ts";

const KEY = signingKeyFromSeed("made-up-1", Buffer.alloc(32, 7));

/**
 * In place of `nix` and `nix-store`, for what no real one does at will: it hangs,
 * fails, or knows any path that it is asked for.
 */
export const NIX = {
    knowsAll: `[ "$1" = --check-validity ] && exit
printf '['
comma=
for path; do case $path in /nix/store/*) printf '%s{"path":"%s","narHash":"sha256:${"1".repeat(52)}","narSize":1,"references":[],"signatures":[]}' "$comma" "$path"; comma=,;; esac; done
printf ']'`,
    knowsNone: `if [ "$1" = --check-validity ]; then for path; do case $path in /nix/store/*) echo "$path";; esac; done; exit 1; fi
for last; do :; done
echo "error: path '$last' is not valid" >&2; exit 1`,
} as const;

/** The store path of this number, which no store has. */
export function madeUp(number: number): string {
    const digest = Buffer.alloc(20);
    digest.writeUInt32LE(number);
    return `${STORE_DIR}/${encodeNixBase32(digest)}-made-up`;
}

/** A queue, a cache that is none, and a `nix` that is none: the push service alone is real. */
export class Pusher {
    readonly folder = mkdtempSync(join(tmpdir(), "nix-cache-pusher-"));
    readonly queue = new Queue(join(this.folder, "queue"));
    readonly cache: CacheOfAll;
    readonly lines: string[] = [];

    private constructor(cache: CacheOfAll) {
        this.cache = cache;
    }

    static async start(nix: string = NIX.knowsAll): Promise<Pusher> {
        const pusher = new Pusher(await CacheOfAll.start(KEY));
        pusher.nix = nix;
        return pusher;
    }

    /** What the programs in place of `nix` and `nix-store` do, in sh. */
    set nix(script: string) {
        mkdirSync(this.bin, { recursive: true });
        for (const name of ["nix", "nix-store"]) {
            writeFileSync(join(this.bin, name), `#!/bin/sh\n${script}\n`);
            chmodSync(join(this.bin, name), 0o755);
        }
    }

    get bin(): string {
        return join(this.folder, "bin");
    }

    settings(more: Partial<Settings> = {}): Settings {
        const settings = readSettings({
            hostConfigFile: this.file(
                "host",
                JSON.stringify({
                    version: 1,
                    bucket: "b",
                    endpoint: this.cache.url,
                    region: "us-east-1",
                    storeUri: "s3://b",
                    builders: ["builder"],
                    trustedPublicKeys: [KEY.publicKey],
                    caCertificate: null,
                }),
            ),
            credentialsFile: this.file(
                "credentials",
                "[builder]\naws_access_key_id = builder\naws_secret_access_key = made-up\n",
            ),
            signingKeyFile: this.file("key", KEY.secretKey),
            backoff: { firstMs: 2, longestMs: 20 },
            nix: { bin: this.bin },
        });
        return { ...settings, ...more };
    }

    worker(more: Partial<Settings> = {}): Worker {
        return new Worker(this.queue, this.settings(more), (line) => this.lines.push(line));
    }

    work(mode: Mode, more: Partial<Settings> = {}): Promise<Worked> {
        return this.worker(more).work(mode);
    }

    /** The environment in which the command finds all of it. */
    get environment(): NodeJS.ProcessEnv {
        const { PATH = "" } = process.env;
        this.settings();
        return {
            PATH: `${this.bin}:${PATH}`,
            NIX_CACHE_QUEUE: join(this.folder, "queue"),
            NIX_CACHE_HOST_CONFIG_FILE: join(this.folder, "host"),
            AWS_SHARED_CREDENTIALS_FILE: join(this.folder, "credentials"),
            NIX_CACHE_SIGNING_KEY_FILE: join(this.folder, "key"),
        };
    }

    async stop(): Promise<void> {
        await this.cache.stop();
        rmSync(this.folder, { recursive: true, force: true });
    }

    private file(name: string, text: string): string {
        const file = join(this.folder, name);
        writeFileSync(file, text, { mode: 0o600 });
        return file;
    }
}
