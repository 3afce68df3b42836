/**
 * Bytes, of a number with K, M, G or T, perhaps with `iB` or `B`: `200GiB`, `1.5T`. Each letter is a
 * power of 1024, with or without the `i`. A number alone is bytes.
 *
 * @returns undefined where a text is none
 */
export function bytesOf(text: string): number | undefined {
    const [, number, unit = ""] = /^(\d{1,15}|\d{1,6}(?:\.\d{1,3})?) ?([KMGT]i?B?)?$/i.exec(text) ?? [];
    if (number === undefined) return undefined;
    const bytes = Number(number) * 1024 ** " KMGT".indexOf(unit.charAt(0).toUpperCase() || " ");
    return bytes <= Number.MAX_SAFE_INTEGER ? bytes : undefined;
}
