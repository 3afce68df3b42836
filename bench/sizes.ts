/** How much is pushed. Sizes are in bytes; a closure's number of paths counts the one that refers to all others. */
export interface Sizes {
    /** Paths of the closure of small paths. */
    readonly small: number;
    /** Paths of a second such closure, which is smaller. */
    readonly fewer: number;
    /** Paths that are queued one by one and refer to nothing. */
    readonly queued: number;
    readonly large: Shape;
    readonly medium: Shape;
    /** Runs of a hook. */
    readonly hooks: number;
    readonly renewed: Aged;
}

/** A closure that is in the cache and is to be renewed. */
export interface Aged {
    readonly paths: number;
    /** Of each NAR: more than the 128 KiB that MinIO keeps in the file of the metadata. */
    readonly bytes: number;
}

/** A closure of large paths. */
export interface Shape {
    readonly paths: number;
    /** Of all of them together. */
    readonly bytes: number;
}

/** A small path's NAR: most paths of a real system are smaller than this. */
export const SMALL_BYTES = 15_000;

export const FULL: Sizes = {
    small: 1001,
    fewer: 302,
    queued: 200,
    large: { paths: 11, bytes: 1_300_000_000 },
    medium: { paths: 4, bytes: 433 * 2 ** 20 },
    hooks: 200,
    renewed: { paths: 5_000, bytes: 256 * 2 ** 10 },
};

export const QUICK: Sizes = {
    small: 201,
    fewer: 62,
    queued: 40,
    large: { paths: 5, bytes: 120_000_000 },
    medium: { paths: 4, bytes: 40_000_000 },
    hooks: 50,
    renewed: { paths: 500, bytes: 256 * 2 ** 10 },
};
