import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder: the one with Pulumi.yaml and index.ts. */
export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** The sandbox's stack. */
export const STACK_NAME = "sandbox";

const root = join(projectDir, ".sandbox");

/** Where the sandbox keeps its state: all of it below `.sandbox`, but the stack's settings. */
export const paths = {
    /** Everything below is private to the user: mode 0700. */
    root,
    /** Who works on the sandbox now. */
    lock: join(root, "lock"),
    /** Says that the stack was deployed once as a whole. */
    ready: join(root, "ready"),
    /** Where the tools are that the last start used. */
    tools: join(root, "tools.json"),
    /** MinIO: its data, certificates, credentials, process id and log. */
    minio: join(root, "minio"),
    /** `nix-cache` for a shell in the sandbox. */
    bin: join(root, "bin"),
    /** Pulumi's file backend. */
    state: join(root, "state"),
    /** The private PULUMI_HOME. */
    pulumiHome: join(root, "pulumi"),
    /** What the stack's secrets are encrypted with. */
    passphrase: join(root, "passphrase"),
    /** MC_CONFIG_DIR. */
    mcConfig: join(root, "mc"),
    /** The system's certificates and the private CA together: what NIX_SSL_CERT_FILE names. */
    bundle: join(root, "ca-bundle.crt"),
    /** The stack's settings, which Pulumi wants beside Pulumi.yaml. */
    stackSettings: join(projectDir, `Pulumi.${STACK_NAME}.yaml`),
} as const;
