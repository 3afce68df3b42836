/** A number of things: `1 path`, `2 paths`. */
export function countWords(count: number, what: string): string {
    return `${count} ${what}${count === 1 ? "" : "s"}`;
}
