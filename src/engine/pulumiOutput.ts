/** Takes output in parts, which end anywhere, and passes on whole lines. */
export function byLine(onLine: (line: string) => void): (part: string) => void {
    let rest = "";
    return (part) => {
        const lines = (rest + part).split("\n");
        rest = lines.pop() ?? "";
        lines.filter((line) => line !== "").forEach(onLine);
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
