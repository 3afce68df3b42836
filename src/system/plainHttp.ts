import type * as http from "node:http";

/**
 * Node's module `http`, for who needs it: an import of it, at the beginning of a file,
 * makes Node load `fetch` and all that belongs to it, which takes as long as the rest
 * of a small push. (`node:https` does not.)
 */
export function plainHttp(): typeof http {
    return process.getBuiltinModule("node:http");
}
