/** Pulumi's lines about what has been done: ` +  minio:index:S3Bucket nix-cache-bucket created (0.04s)`. */
const DONE = /^ *[-+~]+ .* (created|updated|deleted|replaced|imported) \(/;

/** What a line of `pulumi up` says was done to one resource; undefined for every other line. */
export function doneIn(line: string): string | undefined {
    return DONE.test(line) ? line.trim().replaceAll(/ +/g, " ") : undefined;
}

/** Pulumi's lines about what would be done: ` ~  minio:index:S3Object nix-cache-info update [diff: ~content]`. */
const PLANNED = /^ *[-+~]+ +\S+:\S+ \S+ (create|update|delete|replace|import)\b(?! (replacement|original))/;

/** What a line of `pulumi preview` says would be done to one resource; undefined for every other line. */
export function plannedIn(line: string): string | undefined {
    return PLANNED.test(line) ? line.trim().replaceAll(/ +/g, " ") : undefined;
}

/** The warning in a line of Pulumi's output, without what stands before it. */
export function warningIn(line: string): string | undefined {
    return /\bwarning: (.+)$/.exec(line)?.[1]?.trim();
}

/** Takes output in parts, which end anywhere, and passes on whole lines. */
export function byLine(onLine: (line: string) => void): (part: string) => void {
    let rest = "";
    return (part) => {
        const lines = (rest + part).split("\n");
        rest = lines.pop() ?? "";
        lines.filter((line) => line !== "").forEach(onLine);
    };
}

/** Passes on each value once. */
export function once<Value>(take: (value: Value) => void): (value: Value | undefined) => void {
    const seen = new Set<Value>();
    return (value) => {
        if (value === undefined || seen.has(value)) return;
        seen.add(value);
        take(value);
    };
}

/** The line of Pulumi's output that says what is wrong. */
export function pulumiError(output: string): string {
    const lines = output
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    const errors = lines.filter((line) => line.startsWith("error:"));
    const wrong =
        errors.find((line) => !/^error: (update|preview) failed$/.test(line)) ??
        errors[0] ??
        lines.at(-1) ??
        "pulumi failed without a word";
    // Of several at once, the first is on the next line.
    const first = /^error: \d+ errors? occurred:$/.test(wrong)
        ? lines[lines.indexOf(wrong) + 1]?.replace(/^\* /, "")
        : undefined;
    return (first ?? wrong)
        .replace(/^error:\s*/, "")
        .replace(/^(Preview failed: )?before hook "[^"]*" failed: /, "");
}
