import { randomBytes } from "node:crypto";
import { UserError } from "../src/cache/problem.ts";
import { signingKeyFromSeed } from "../src/cache/signingKey.ts";
import type { Connection } from "../src/s3/connection.ts";
import { send } from "../src/s3/request.ts";
import type { Say } from "../src/system/progress.ts";
import { closurePaths, narinfoName, exportWithNix, exportWithoutNix } from "./closure.ts";
import { withTemporaryFolder } from "./nixCommand.ts";
import { isInCache, readWithNix, readWithoutNix, mustBeRefusedByNix } from "./readBack.ts";
import { upload } from "./upload.ts";

/** A deployed cache, and what its stack says of it. */
export interface ProofOptions {
    /** Folder with Nix's commands. Default: there is no Nix here, and this code checks in its place. */
    readonly nix?: string;
    /** File with the certificates to trust: the system's and the private CA. */
    readonly bundle: string;
    readonly bucket: string;
    /** The server, asked without credentials. */
    readonly anonymous: Connection;
    /** The server with a builder's credentials. */
    readonly builder: Connection;
    /** The stack's outputs of these names. */
    readonly publicKey: string;
    readonly trustedPublicKeys: readonly string[];
    readonly secretKey: string;
    readonly nixConf: string;
}

/**
 * Proves that a cache works: pushes four store paths that refer to one another
 * as a builder, reads them back as anybody, and tries what must be refused.
 *
 * @param say takes a line for each thing that was shown
 * @returns number of files that had to be uploaded; 0 when an earlier proof's are there
 * @throws UserError with the first thing that is not as it must be
 */
export async function prove(options: ProofOptions, say: Say): Promise<number> {
    const { nix, bundle, bucket, anonymous, trustedPublicKeys } = options;
    return withTemporaryFolder(async (dir) => {
        const sandbox = nix === undefined ? undefined : { nix, bundle, dir };
        let sent = 0;
        if (await isInCache(anonymous, bucket, trustedPublicKeys)) {
            say("  in the cache since an earlier start: 4 store paths, signed");
            await mayPush(options.builder, bucket);
            say(`  ${options.builder.accessKey ?? ""} may push`);
        } else {
            const files =
                sandbox === undefined
                    ? exportWithoutNix(options.secretKey)
                    : await exportWithNix(sandbox, options.secretKey);
            sent = await upload(options.builder, bucket, files);
            say(
                `  pushed as ${options.builder.accessKey ?? ""}: 4 store paths, signed, NARs before narinfos`,
            );
        }

        const wrongKey = anotherKey(options.publicKey);
        if (sandbox === undefined) {
            say("  Nix cannot be had here, so this script checks signatures and hashes itself");
            await readWithoutNix(anonymous, bucket, trustedPublicKeys);
            say(`  read back by anybody, signatures and hashes checked: ${closurePaths().at(-1) ?? ""}`);
            if (await isInCache(anonymous, bucket, [wrongKey]))
                throw new UserError("another key verifies the signatures");
            say("  refused with another public key");
        } else {
            await readWithNix(sandbox, options.nixConf);
            say(`  read back by Nix, which requires signatures: ${closurePaths().at(-1) ?? ""}`);
            await mustBeRefusedByNix(sandbox, withKey(options.nixConf, wrongKey));
            say("  refused by Nix with another public key");
        }

        await refuseAnonymousWrite(anonymous, bucket);
        say("  refused: an upload by anybody (status 403)");
        return sent;
    });
}

/**
 * Asks to write what is there already, if it is not there (S3's conditional
 * write): a server that would let it be written answers 412, and nothing changes.
 *
 * @throws UserError when the builder cannot write
 */
async function mayPush(builder: Connection, bucket: string): Promise<void> {
    const path = `/${bucket}/${narinfoName(closurePaths().at(-1) ?? "")}`;
    const headers = { "If-None-Match": "*" };
    const { status } = await send(builder, { method: "PUT", path, headers, body: "", kind: "short" });
    if (status !== 412)
        throw new UserError(`the builder ${builder.accessKey ?? ""} may not push (status ${status})`);
}

/** @throws UserError when somebody without credentials can write */
async function refuseAnonymousWrite(anonymous: Connection, bucket: string): Promise<void> {
    const path = `/${bucket}/written-by-anybody`;
    const { status } = await send(anonymous, { method: "PUT", path, body: "", kind: "short" });
    if (status !== 403)
        throw new UserError(`an upload without credentials was answered with status ${status}, not 403`);
}

/** A key of the same name that has signed nothing. */
function anotherKey(publicKey: string): string {
    return signingKeyFromSeed(publicKey.slice(0, publicKey.indexOf(":")), randomBytes(32)).publicKey;
}

function withKey(nixConf: string, publicKey: string): string {
    return nixConf.replace(/^extra-trusted-public-keys = .*$/m, `extra-trusted-public-keys = ${publicKey}`);
}
