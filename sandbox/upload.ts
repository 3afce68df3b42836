import { UserError } from "../src/cache/problem.ts";
import type { Connection } from "../src/s3/connection.ts";
import { send } from "../src/s3/request.ts";
import type { CacheFile, Export } from "./closure.ts";

/**
 * Uploads an export as a builder: every NAR before the first narinfo, so that at
 * no moment a narinfo names a NAR that is not there. What is there already is
 * not sent again.
 *
 * @returns number of files that were sent
 * @throws UserError when the server refuses one
 */
export async function upload(builder: Connection, bucket: string, files: Export): Promise<number> {
    const nars = await Promise.all(files.nars.map((file) => putUnlessThere(builder, bucket, file)));
    // A narinfo is sent even where one is: that one may be signed with a key that is trusted no more.
    await Promise.all(files.narinfos.map((file) => put(builder, bucket, file)));
    return nars.filter((sent) => sent).length + files.narinfos.length;
}

async function putUnlessThere(builder: Connection, bucket: string, file: CacheFile): Promise<boolean> {
    const { status } = await send(builder, {
        method: "HEAD",
        path: `/${bucket}/${file.name}`,
        kind: "short",
    });
    if (status === 200) return false;
    await put(builder, bucket, file);
    return true;
}

async function put(builder: Connection, bucket: string, file: CacheFile): Promise<void> {
    const answer = await send(builder, {
        method: "PUT",
        path: `/${bucket}/${file.name}`,
        headers: {
            "Content-Type": file.name.endsWith(".narinfo") ? "text/x-nix-narinfo" : "application/x-nix-nar",
        },
        body: file.content,
        kind: "short",
    });
    if (answer.status !== 200) {
        throw new UserError(`the builder may not write ${file.name} (status ${answer.status})`);
    }
}
