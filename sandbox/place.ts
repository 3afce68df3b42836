import { randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectName } from "../src/system/project.ts";
import { writeDurable } from "../src/system/wholeFile.ts";
import { makePulumiHome } from "../toolchain/pulumiHome.ts";
import type { Tools } from "../toolchain/tools.ts";
import { writeBundle } from "./certificates.ts";
import type { Minio } from "./minio.ts";
import { paths, projectDir, STACK_NAME } from "./paths.ts";
import type { ConfigEntry } from "./stack.ts";
import type { StackPlace } from "./stackPlace.ts";

/** Makes the sandbox's folder, for its user alone. */
export function ensureRoot(): void {
    mkdirSync(paths.root, { recursive: true, mode: 0o700 });
    chmodSync(paths.root, 0o700);
}

/** The sandbox's stack, in the project's own folder: a `pulumi up` by hand finds the same one. */
export function sandboxPlace(tools: Tools): StackPlace {
    return {
        stackName: STACK_NAME,
        workDir: projectDir,
        state: paths.state,
        pulumiHome: paths.pulumiHome,
        passphraseFile: paths.passphrase,
        tools,
    };
}

/** Writes what Pulumi, mc and Nix need beside the stack itself. */
export function prepare(tools: Tools, minio: Minio): void {
    makePulumiHome(paths.pulumiHome, tools);
    if (!existsSync(paths.passphrase)) {
        // Settings that another passphrase encrypted are of a sandbox that is gone.
        rmSync(paths.stackSettings, { force: true });
        // Half a passphrase would be one too, and the stack's secrets would be lost with it.
        writeDurable(paths.passphrase, randomBytes(24).toString("hex"), 0o600);
    }
    writeBundle(paths.bundle, minio.connection.ca);
    const authorities = join(paths.mcConfig, "certs", "CAs");
    mkdirSync(authorities, { recursive: true, mode: 0o700 });
    copyFileSync(minio.caFile, join(authorities, "ca.crt"));
}

/** The stack's configuration; what else is in the settings file, by hand, is left alone. */
export function sandboxConfig(minio: Minio): Record<string, ConfigEntry> {
    return {
        "minio:minioServer": { value: minio.address },
        "minio:minioUser": { value: minio.connection.accessKey },
        "minio:minioPassword": { value: minio.connection.secretKey, secret: true },
        "minio:minioSsl": { value: "true" },
        "minio:minioCacertFile": { value: minio.caFile },
        [`${projectName(projectDir)}:protect`]: { value: "false" },
    };
}
