/** From lines such as ` +  minio:index:S3Object nix-cache-info created (0.06s)`. */
export function doneIn(text: string): string[] {
    const lines = text.matchAll(/^ *[-+~]+ +\S+:(\w+) (\S+) (created|updated|deleted|replaced|imported)\b/gm);
    return [...lines].map(([, type = "", name = "", what = ""]) => `${what} ${type} ${name}`).sort();
}

/** The errors in what Pulumi printed, each once, without the addresses of its resources. */
export function errorsIn(text: string): string[] {
    const errors = text.split("\n").flatMap((line) => /^\s*error: (.+)$/.exec(line)?.[1] ?? []);
    return [...new Set(errors)];
}

const NOISE = ["ciphertext", "created", "modified", "time", "sourcePosition", "stackTrace"];

/** For JSON.parse: leaves out what changes in the state with every operation. */
export function withoutNoise(key: string, value: unknown): unknown {
    return NOISE.includes(key) ? undefined : value;
}
