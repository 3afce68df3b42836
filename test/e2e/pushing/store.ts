import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nixSha256, serialiseNar, STORE_DIR } from "../../../src/cache/nar.ts";
import { formatNarinfo, signNarinfo, type NarInfo } from "../../../src/cache/narinfo.ts";
import { encodeNixBase32 } from "../../../src/cache/nixBase32.ts";
import { signingKeyFromSeed, type SigningKeyPair } from "../../../src/cache/signingKey.ts";
import { nixEnvironment, nixOrFail, storeUrl, type NixSandbox } from "../../../sandbox/nixCommand.ts";
import type { Nix } from "../../../src/store/nix.ts";
import { baseName, narinfoKey } from "../../../src/cache/storePath.ts";

/** A store path that a test makes. */
export interface Spec {
    readonly name: string;
    readonly contents: string;
    /** Full store paths. Default: none. */
    readonly references?: readonly string[];
    /** Whether it came from the public cache, so carries its signature. Default: false. */
    readonly upstream?: boolean;
    /** Whether it refers to itself. Default: false. */
    readonly itself?: boolean;
    /** Name of the derivation that built it. Default: unknown. */
    readonly deriver?: string;
}

/** What the public cache signs with. */
export const UPSTREAM_KEY: SigningKeyPair = signingKeyFromSeed("cache.nixos.org-1", randomBytes(32));

/** The path of a spec: of the kind that a build gives, which says nothing of the content and needs a signature. */
export function pathOf(name: string): string {
    const digest = createHash("sha256").update(name).digest().subarray(0, 20);
    return `${STORE_DIR}/${encodeNixBase32(digest)}-${name}`;
}

/** A local store with paths that nobody could check without a signature. */
export class LocalStore {
    private readonly sandbox: NixSandbox;
    /** Folder in which the store's own /nix/store is. */
    readonly root: string;
    /** Folder with a binary cache of all that was ever added; it is signed where it is upstream's. */
    readonly origin: string;

    constructor(sandbox: NixSandbox) {
        this.sandbox = sandbox;
        this.root = join(sandbox.dir, "local");
        this.origin = join(sandbox.dir, "origin");
    }

    /** How the push service gets at this store. */
    get nix(): Required<Pick<Nix, "bin" | "store" | "env">> {
        return { bin: this.sandbox.nix, store: storeUrl(this.root), env: nixEnvironment(this.sandbox) };
    }

    /** Adds paths; each may refer to earlier ones. @returns their store paths */
    async add(specs: readonly Spec[]): Promise<string[]> {
        mkdirSync(join(this.origin, "nar"), { recursive: true });
        writeFileSync(join(this.origin, "nix-cache-info"), `StoreDir: ${STORE_DIR}\n`);
        for (const spec of specs) this.write(spec);
        const paths = specs.map(({ name }) => pathOf(name));
        const from = ["--from", `file://${this.origin}`, "--to", storeUrl(this.root)];
        await nixOrFail(this.sandbox, "nix", ["copy", ...from, "--no-check-sigs", ...paths]);
        return paths;
    }

    /** Lets Nix itself copy paths, with all that they refer to, into a cache of this URL. */
    async copyTo(url: string, paths: readonly string[]): Promise<void> {
        await nixOrFail(this.sandbox, "nix", ["copy", "--from", storeUrl(this.root), "--to", url, ...paths]);
    }

    /** A derivation in this store, not built: its path, and what points Nix at the store. */
    async derivation(name: string): Promise<{ drv: string; env: NodeJS.ProcessEnv }> {
        const store = storeUrl(this.root);
        const expression = `derivation { name = "${name}"; system = "any"; builder = "/bin/sh"; }`;
        const drv = await nixOrFail(this.sandbox, "nix-instantiate", [
            "--store",
            store,
            "--expr",
            expression,
        ]);
        return { drv: drv.trim(), env: { NIX_REMOTE: store } };
    }

    private write({ name, contents, references = [], upstream = false, itself, deriver }: Spec): void {
        const nar = serialiseNar({ type: "regular", contents });
        const narHash = nixSha256(nar);
        const unsigned: NarInfo = {
            storePath: pathOf(name),
            url: `nar/${narHash.slice("sha256:".length)}.nar`,
            compression: "none",
            narHash,
            narSize: nar.length,
            references: [...references, ...(itself === true ? [pathOf(name)] : [])].map(baseName),
            ...(deriver === undefined ? {} : { deriver }),
            signatures: [],
        };
        const info = upstream ? signNarinfo(unsigned, UPSTREAM_KEY.secretKey) : unsigned;
        writeFileSync(join(this.origin, info.url), nar);
        writeFileSync(join(this.origin, narinfoKey(info.storePath)), formatNarinfo(info));
    }
}
