import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

/** Bytes in one part of a stream of sio-go; what is sent here is shorter. */
const PART = 16_384;
/** The kind of key and cipher that needs nothing but Node's own: PBKDF2 with SHA-256, and AES-256-GCM. */
const PBKDF2_AES_GCM = 0x02;
const ROUNDS = 8_192;

/**
 * Encrypts the body of a request to MinIO's admin API with the secret key of
 * who asks, as those calls want it that take names or secrets.
 *
 * The format is that of EncryptData in minio/madmin-go's encrypt.go: salt (32
 * bytes), kind (1), nonce (8), then one part of a stream of secure-io/sio-go. MinIO takes all
 * its kinds, whichever it uses itself.
 *
 * @throws RangeError when the text is longer than one part
 */
export function encryptForAdmin(secretKey: string, text: string): Buffer {
    const data = Buffer.from(text);
    if (data.length > PART) throw new RangeError(`${data.length} bytes do not fit into one part`);
    const [salt, nonce] = [randomBytes(32), randomBytes(8)];
    const key = pbkdf2Sync(secretKey, salt, ROUNDS, 32, "sha256");
    // Each part's data is authenticated together with this tag, and a byte that says whether it is the last.
    const tag = sealed(key, nonce, 0, Buffer.alloc(0), Buffer.alloc(0));
    const last = sealed(key, nonce, 1, data, Buffer.concat([Buffer.from([0x80]), tag]));
    return Buffer.concat([salt, Buffer.from([PBKDF2_AES_GCM]), nonce, last]);
}

function sealed(key: Buffer, nonce: Buffer, part: number, data: Buffer, authenticated: Buffer): Buffer {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(part);
    const cipher = createCipheriv("aes-256-gcm", key, Buffer.concat([nonce, number]));
    cipher.setAAD(authenticated);
    return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
}
