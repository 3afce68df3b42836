import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nixEnvironment, storeUrl } from "../../sandbox/nixCommand.ts";
import { awsCredentials } from "../../src/hosts/awsCredentials.ts";
import { run } from "../../src/system/run.ts";
import type { Arena, Contestant, Missing } from "../contestant.ts";
import type { Command } from "../measure.ts";

const COMPRESSIONS = ["zstd", "xz"] as const;
/** Tasks that a hook of Nix's own could not do without starting a process for each path. */
const TASKS = ["small", "there", "most", "fewer", "large", "medium", "read-small", "read-large"];
/** Two cores take minutes for 100 MB of xz. */
const QUICK_TASKS_OF_XZ = ["small", "there", "most", "fewer", "read-small"];

/** `nix copy` into a folder, and `mc mirror` of that after it: what a Nix without S3 can do. */
export function copiesAndMirrors(arena: Arena, quick: boolean): Contestant[] {
    return COMPRESSIONS.map((compression) => ({
        name: `nix copy, mc mirror (${compression})`,
        tasks: compression === "xz" && quick ? QUICK_TASKS_OF_XZ : TASKS,
        slow: compression === "xz",
        open: (bucket) => {
            // The folder stays, as on a machine that pushes again and again.
            const files = arena.folder("files");
            return Promise.resolve({
                push: ({ paths }) =>
                    Promise.resolve([copyTo(arena, files, compression, paths), mirror(arena, files, bucket)]),
                close: () => Promise.resolve(),
            });
        },
    }));
}

/** `mc mirror` of files that are ready: nothing that compresses, signs and asks can be quicker. */
export function floor(arena: Arena): Contestant {
    const made = new Map<string, string>();
    return {
        name: "mc mirror of ready files",
        tasks: ["small", "fewer", "large", "medium"],
        open: (bucket) =>
            Promise.resolve({
                push: async ({ paths }) => {
                    const of = paths.join(" ");
                    const files = made.get(of) ?? arena.folder("ready");
                    if (!made.has(of)) {
                        const { program, args, env } = copyTo(arena, files, "zstd", paths);
                        await run(program, args, { env });
                    }
                    made.set(of, files);
                    return [mirror(arena, files, bucket)];
                },
                close: () => Promise.resolve(),
            }),
    };
}

/** Plain `nix copy --to s3://…` of a Nix that signs its requests: the one of NIX_CACHE_BENCH_NIX, else that on PATH. @param probe a store path, to try whether it can */
export async function copyToS3(arena: Arena, probe: string): Promise<Contestant | Missing> {
    const folder = process.env.NIX_CACHE_BENCH_NIX ?? arena.nix.nix;
    const program = join(folder, "nix");
    const { stdout } = await run(program, ["--version"]);
    const version = /\d+(\.\d+)+/.exec(stdout)?.[0] ?? "";
    const name = `nix ${version} copy --to s3://`;
    if (!existsSync(program)) return { name: "nix copy --to s3://", why: `${program} is not there` };
    const bucket = await arena.server.bucket();
    const open = (into: string) => {
        const { url, accessKey, secretKey } = arena.server.minio.connection;
        const dir = arena.folder("s3");
        const credentials = join(dir, "credentials");
        writeFileSync(credentials, awsCredentials([{ accessKey, secretKey }]), { mode: 0o600 });
        const to = `s3://${into}?endpoint=${url}&region=us-east-1&profile=${accessKey}&compression=zstd&secret-key=${arena.key.file}`;
        return Promise.resolve({
            push: ({ paths }: { paths: readonly string[] }) => {
                const env = {
                    ...nixEnvironment({ ...arena.nix, dir: arena.folder("home") }),
                    AWS_SHARED_CREDENTIALS_FILE: credentials,
                };
                const args = ["copy", "--store", storeUrl(arena.root), "--to", to, ...paths];
                return Promise.resolve([{ program, args, env }]);
            },
            close: () => Promise.resolve(),
        });
    };
    // Most distributions build it without signing, and it goes on unsigned without a word.
    const tried = await (await open(bucket)).push({ paths: [probe] });
    const outcomes = await Promise.all(tried.map(({ program, args, env }) => run(program, args, { env })));
    await arena.server.remove(bucket);
    const failed = outcomes.find(({ status }) => status !== 0);
    if (failed !== undefined)
        return {
            name,
            why: failed.stderr.includes("403") ? "it was built without signing" : "it does not know s3://",
        };
    return { name, tasks: TASKS, open };
}

function copyTo(arena: Arena, files: string, compression: string, paths: readonly string[]): Command {
    const to = `file://${files}?compression=${compression}&secret-key=${arena.key.file}`;
    return {
        program: join(arena.nix.nix, "nix"),
        args: ["copy", "--store", storeUrl(arena.root), "--to", to, ...paths],
        // A home of its own each time: what Nix remembers of a cache would answer in its place.
        env: nixEnvironment({ ...arena.nix, dir: arena.folder("home") }),
    };
}

function mirror(arena: Arena, files: string, bucket: string): Command {
    const { program, env } = arena.server.mc;
    return { program, args: ["mirror", "--quiet", "--overwrite", files, `bench/${bucket}`], env };
}
