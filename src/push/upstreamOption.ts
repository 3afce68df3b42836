import { getCACertificates } from "node:tls";
import { DEFAULT_UPSTREAMS, Upstreams } from "../content/upstream.ts";
import type { Cache } from "../s3/bucket.ts";
import type { Options, Values } from "../system/command.ts";

/** The option that names the other caches that hosts have. */
export const UPSTREAM = {
    upstream: {
        type: "string",
        multiple: true,
        value: "URL",
        help: "another cache that hosts have, '' for none. Default: https://cache.nixos.org",
    },
} as const satisfies Options;

/**
 * The caches that it names. Whoever asks closes them.
 *
 * @param cache one of a private authority: another may be of the same
 * @throws UsageError for what is no http or https URL
 */
export function upstreamsOf({ upstream }: Values<typeof UPSTREAM>, { connection: { ca } }: Cache): Upstreams {
    const urls = (upstream ?? DEFAULT_UPSTREAMS).filter((url) => url !== "");
    // As hosts have it: what the system trusts, and the private authority.
    return new Upstreams(
        urls,
        ca === undefined
            ? undefined
            : [...new Set([...getCACertificates("default"), ...getCACertificates("system"), ca])].join("\n"),
    );
}
