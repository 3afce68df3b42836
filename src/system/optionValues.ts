import { bytesOf } from "../cache/size.ts";
import { UsageError } from "../cache/usageError.ts";

/** A whole number from 1; undefined: not given. @throws UsageError naming the option */
export function count(option: string, given: string | undefined): number | undefined {
    if (given === undefined) return undefined;
    if (/^\d{1,9}$/.test(given) && Number(given) > 0) return Number(given);
    throw new UsageError(`--${option} is ${JSON.stringify(given)}; it must be a whole number from 1`);
}

/**
 * Bytes, of a text such as `10GiB`; undefined: not given.
 *
 * @param needs an option without which it means nothing, and whether that is given. Default: none
 * @throws UsageError naming the option
 */
export function size(
    option: string,
    given: string | undefined,
    needs?: { readonly option: string; readonly given: boolean },
): number | undefined {
    if (given === undefined) return undefined;
    const bytes = bytesOf(given);
    if (bytes !== undefined && needs?.given !== false) return bytes;
    const also = needs === undefined ? "" : `, and needs --${needs.option}`;
    throw new UsageError(
        `--${option} is ${JSON.stringify(given)}; it must be a number with K, M, G or T, for example 10GiB${also}`,
    );
}
