// How a builder's user is made, and removed once its name is no longer in `builders`.
// Users that somebody added on the server are removed by src/minio/removals.ts.

import type * as pulumi from "@pulumi/pulumi";
import { CacheUser, type CacheUserArgs } from "./cacheUser.ts";

/** A user that pushes to the cache. */
export class Builder extends CacheUser {
    constructor(name: string, args: CacheUserArgs, opts?: pulumi.ComponentResourceOptions) {
        super({ type: "nix-cache:index:Builder", may: "write", setting: "builders" }, name, args, opts);
    }
}
