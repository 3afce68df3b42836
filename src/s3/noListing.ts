import type { Connection } from "./connection.ts";

/** What is said of an answer that is no listing: a proxy's page, for one. */
export function noListing({ url }: Connection): string {
    return `${new URL(url).origin} answers with no listing where one was expected`;
}
