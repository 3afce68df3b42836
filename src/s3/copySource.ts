import type { Cache } from "./bucket.ts";

/**
 * What an object is copied from, as the header `x-amz-copy-source` has it: encoded,
 * since names of derivations may hold `+`, `?` and `=`, and those of build traces `!`.
 */
export function copySource({ bucket }: Pick<Cache, "bucket">, key: string): string {
    return `/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
}
