import type { NixSandbox } from "../sandbox/nixCommand.ts";
import type { Command } from "./measure.ts";
import type { Server } from "./server.ts";

/** What the contestants share. */
export interface Arena {
    readonly server: Server;
    /** Node's own folder, binaries and settings of the Nix that reads; its folder is the bench's. */
    readonly nix: NixSandbox;
    /** Folder in which the store's own /nix is. */
    readonly root: string;
    /** The secret key that all sign with, as a file, and the public one. */
    readonly key: { readonly file: string; readonly publicKey: string };
    /** Folder of the profiles of our push. Default: none are made. */
    readonly profile?: string;
    /** A new empty folder, which goes with the bench. */
    readonly folder: (name: string) => string;
}

/** What is pushed at once, and how it came. */
export interface Job {
    readonly paths: readonly string[];
    /** Whether a hook has queued each path by itself. */
    readonly queued: boolean;
}

/** Somebody who pushes into one bucket. */
export interface Pusher {
    /** Does what is not measured, and gives the commands that are. */
    readonly push: (job: Job) => Promise<readonly Command[]>;
    readonly close: () => Promise<void>;
}

/** One that takes part. */
export interface Contestant {
    /** As the table has it. */
    readonly name: string;
    /** Names of the tasks that it does; default: all. */
    readonly tasks?: readonly string[];
    /** Whether it takes minutes, and does each task once. Default: false. */
    readonly slow?: boolean;
    readonly open: (bucket: string) => Promise<Pusher>;
}

/** Who would take part if it were installed. */
export interface Missing {
    readonly name: string;
    readonly why: string;
}
