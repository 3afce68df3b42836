/** What single permissions of everyone are called; several of them come with each word. */
const WORDS = [
    { word: "read", action: "s3:GetObject" },
    { word: "list", action: "s3:ListBucket" },
    { word: "write", action: "s3:PutObject" },
    { word: "delete", action: "s3:DeleteObject" },
] as const;

/**
 * The differences of a bucket policy as its owner would say them, for one line:
 * what everyone may do and should not, and what nobody may do and should.
 *
 * @param differences as policyDifference gives them
 */
export function anonymousWords(differences: readonly string[]): string {
    const words = (start: string) =>
        WORDS.filter(({ action }) => differences.some((one) => one.startsWith(`${start} ${action} `))).map(
            ({ word }) => word,
        );
    const [more, less] = [words("allows"), words("does not allow")];
    const said = [
        ...(more.length === 0 ? [] : [`everyone can ${more.join(", ")}`]),
        ...(less.length === 0 ? [] : [`not everyone can ${less.join(", ")}`]),
    ];
    const named = differences.filter((one) => WORDS.some(({ action }) => one.includes(`${action} `)));
    const others = differences.filter((one) => !named.includes(one));
    if (said.length === 0) return shortened(others);
    return `${said.join(", ")} on the server (${shortened(differences)})`;
}

/** As many as fit on a line that a terminal wraps once. */
function shortened(differences: readonly string[]): string {
    const shown = differences.slice(0, 2).join(", ");
    return differences.length <= 2 ? shown : `${shown} and ${differences.length - 2} more`;
}
