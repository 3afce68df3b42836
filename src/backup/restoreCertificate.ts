import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { certificatesIn, holdsPrivateKey } from "../cache/pem.ts";
import { UserError } from "../cache/problem.ts";
import type { Backup } from "./backupFile.ts";
import { readText } from "../system/readText.ts";
import { systemErrorWords } from "../system/systemError.ts";
import { createDurable } from "../system/wholeFile.ts";

/** The private CA's certificates in a backup, and the file that the configuration names for them. */
export interface CaFile {
    readonly file: string;
    readonly pem: string;
    /** The project's folder. */
    readonly folder: string;
}

/** Name in the project's folder of a certificate whose own place is elsewhere. */
const RESTORED = "restored-ca.crt";

/**
 * What a backup has of a private CA: certificates, and nothing else that may stand beside them.
 *
 * @param folder the project's folder, which the file is relative to
 * @returns undefined when it has none
 * @throws UserError, one line, when it holds no certificate, or a private key
 */
export function caOf({ caCertificate, configuration }: Backup, folder: string): CaFile | undefined {
    const file = configuration["minio:minioCacertFile"]?.value;
    if (typeof caCertificate !== "string" || typeof file !== "string" || file === "") return undefined;
    if (holdsPrivateKey(caCertificate))
        throw new UserError(
            "the backup has a private key where the CA's certificate should be; nothing is restored",
        );
    const certificates = certificatesIn(caCertificate);
    if (certificates.length === 0)
        throw new UserError("the backup has no certificate where the CA's should be; nothing is restored");
    return { file: resolve(folder, file), pem: certificates.join(""), folder };
}

/**
 * Writes the certificates where nothing is yet, and in the project's folder alone:
 * a backup that is encrypted to a recipient can be made by anybody who knows the
 * recipient, and must not choose a file of this machine.
 *
 * @returns what is to be said; undefined: all is as it should be
 */
export function keepCertificate({ file, pem, folder }: CaFile): string | undefined {
    try {
        if (relative(folder, file).startsWith("..") && !existsSync(file)) {
            const restored = join(folder, RESTORED);
            if (!createDurable(restored, pem, 0o644) && certificatesIn(readText(restored)).join("") !== pem)
                return `${restored} is another certificate than in the backup: move it away, and run this again`;
            return `the private CA's certificate was written to ${restored}: look at it, and copy it to ${file}, which minio:minioCacertFile names`;
        }
        if (createDurable(file, pem, 0o644)) return `the private CA's certificate was written to ${file}`;
        if (certificatesIn(readText(file)).join("") === pem) return undefined;
        return `${file}, which minio:minioCacertFile names, is another certificate than in the backup; it is left as it is`;
    } catch (error) {
        const why = error instanceof UserError ? error.message : systemErrorWords(error);
        return `minio:minioCacertFile names ${file}, which cannot be written (${why}): set it to a file with the CA's certificate`;
    }
}
