/** Why a path is not pushed, though it is in a closure that is. */
export type Filtered = "upstreamKey" | "upstreamCache" | "tooLarge" | "pattern";

/** Number of paths by why they are not pushed. */
export type FilteredCounts = Readonly<Record<Filtered, number>>;

/**
 * What became of a path that was to be pushed. The counts are of the paths that
 * it brought: what two of a batch share counts for the one that comes first.
 */
export type Outcome =
    | {
          /** All of its closure is in the cache, or in another one. */
          readonly kind: "pushed";
          /** Paths of its closure. */
          readonly closure: number;
          readonly uploaded: number;
          /** Paths that were left out, because another cache has them. */
          readonly elsewhere: number;
          /** Objects that were renewed, because they would have gone before what needs them. */
          readonly renewed: number;
      }
    /** A filter leaves it out, or something that it refers to: a host could not get it whole from the cache. */
    | { readonly kind: "leftOut"; readonly reason: string }
    /** Its own fault, or that of something that it refers to. */
    | { readonly kind: "failed"; readonly error: Error }
    /** The server or this machine was not able to. */
    | {
          readonly kind: "waits";
          readonly error: Error;
          /** Whether it was this path's turn, or that of something that it refers to. */
          readonly tried: boolean;
      };

/** What a push tells while it works. */
export type PushEvent =
    | {
          readonly kind: "planned";
          /** Paths that will be uploaded. */
          readonly paths: number;
          /** Bytes of their NARs, before compression. */
          readonly bytes: number;
          /** Paths that are in the cache. */
          readonly there: number;
          readonly filtered: FilteredCounts;
      }
    /** A NAR is in the cache. */
    | {
          readonly kind: "nar";
          readonly path: string;
          /** Bytes before compression. */
          readonly bytes: number;
          /** Bytes of its file; 0 where it was there already. */
          readonly sent: number;
      }
    /** Something that belongs beside a path cannot be had; the path is pushed without it. */
    | {
          readonly kind: "without";
          readonly path: string;
          /** What is missing: `build log`. */
          readonly what: string;
          /** The reason, in one line. */
          readonly why: string;
      }
    /** It is known what becomes of a path that was to be pushed. */
    | { readonly kind: "done"; readonly path: string; readonly outcome: Outcome };

/** A line for what a path is pushed without. */
export function withoutWords({ path, what, why }: PushEvent & { readonly kind: "without" }): string {
    return `${path} is pushed without its ${what}: ${why}`;
}
