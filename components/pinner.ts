import type * as pulumi from "@pulumi/pulumi";
import { CacheUser, type CacheUserArgs } from "./cacheUser.ts";

/** A host's user: it can write the host's own pin, and nothing else. */
export class Pinner extends CacheUser {
    constructor(name: string, args: CacheUserArgs, opts?: pulumi.ComponentResourceOptions) {
        super({ type: "nix-cache:index:Pinner", may: "pin", setting: "pinners" }, name, args, opts);
    }
}
