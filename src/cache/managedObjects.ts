/** The object without which a bucket is no cache; Nix fixes its name. */
export const CACHE_INFO_NAME = "nix-cache-info";
/** Its content type, as Nix itself uploads it. */
export const CACHE_INFO_TYPE = "text/x-nix-cache-info";

/** The page that says how to use the cache. Its first letter is outside of Nix's base-32 alphabet, so no expiry rule meets it. */
export const USAGE_PAGE_NAME = "usage.html";
/** Its content type. */
export const USAGE_PAGE_TYPE = "text/html; charset=utf-8";

/** Objects of the cache that belong to the stack: a builder that could write them could mislead every host. */
export const MANAGED_OBJECTS = [CACHE_INFO_NAME, USAGE_PAGE_NAME] as const;
