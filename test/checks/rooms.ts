/** A folder of sources, and what its files may import. */
export interface Room {
    /** Path below the project's folder. */
    readonly room: string;
    /** What it holds, in one line. */
    readonly what: string;
    /** Rooms that it may import, beside itself and Node's own modules. */
    readonly may: readonly string[];
    /** Packages that it may import. */
    readonly packages: readonly string[];
    /** Why it may import no more: the failure that is avoided. */
    readonly why: string;
}

const PURE = "pure code does no I/O, so that it can be tested by tables and used by every other room";
const BUILDER = "the package for builders holds it: it must start quickly and without Pulumi";
const ENGINE = "Pulumi's SDK takes half a second to load; who only asks the command line is not kept waiting";

/**
 * The rooms from the ground up: each imports rooms above it in this list alone,
 * so there is no circle. test/checks/rooms.test.ts holds the code to it, and
 * CONTRIBUTING.md to its words.
 */
export const ROOMS: readonly Room[] = [
    {
        room: "src/cache",
        what: "what a cache is: formats, keys, policies, expiry, settings, the declaration. Pure.",
        may: [],
        packages: ["tweetnacl"],
        why: PURE,
    },
    {
        room: "src/system",
        what: "this machine: processes, locks, whole files, pools, the terminal, certificates",
        may: ["src/cache"],
        packages: [],
        why: BUILDER,
    },
    {
        room: "src/drift",
        what: "what differs between a declaration and a server. Pure.",
        may: ["src/cache"],
        packages: [],
        why: PURE,
    },
    {
        room: "src/hosts",
        what: "all that machines are told: settings, snippets, scripts, the page. Pure.",
        may: ["src/cache"],
        packages: [],
        why: PURE,
    },
    {
        room: "src/s3",
        what: "requests, listings, uploads, copies: S3 as the cache needs it",
        may: ["src/cache", "src/system"],
        packages: ["fast-xml-parser"],
        why: BUILDER,
    },
    {
        room: "src/store",
        what: "the local Nix store: what its database says of paths, and their NARs",
        may: ["src/cache", "src/system"],
        packages: [],
        why: BUILDER,
    },
    {
        room: "src/minio",
        what: "MinIO's own: the two exports, what takes additions away, the look before an update",
        may: ["src/cache", "src/system", "src/drift", "src/s3"],
        packages: ["fast-xml-parser", "fflate"],
        why: "what only MinIO has stays in one room, apart from what any S3 server has",
    },
    {
        room: "src/content",
        what: "what is in the cache: a path's presence, closures, checks, renewing",
        may: ["src/cache", "src/system", "src/hosts", "src/s3", "src/store"],
        packages: [],
        why: BUILDER,
    },
    {
        room: "src/push",
        what: "the queue and the service that pushes it",
        may: ["src/cache", "src/system", "src/hosts", "src/s3", "src/store", "src/content"],
        packages: [],
        why: BUILDER,
    },
    {
        room: "src/report",
        what: "what is in a cache: figures, table, page, metrics",
        may: ["src/cache", "src/system", "src/hosts", "src/s3", "src/content"],
        packages: ["echarts"],
        why: "it looks and changes nothing; its plots alone need a library, which only who asks for them loads",
    },
    {
        room: "components",
        what: "resources from a declaration",
        may: ["src/cache", "src/hosts"],
        packages: ["@pulumi"],
        why: "a component makes resources and does no I/O, so that mocks can test it",
    },
    {
        room: "src/stack",
        what: "the stack's configuration and earlier outputs, read and checked",
        may: ["src/cache", "src/system", "src/drift", "src/hosts", "src/s3", "src/minio"],
        packages: ["@pulumi"],
        why: "configuration is read here and nowhere else",
    },
    {
        room: "src/backup",
        what: "the backup file: its format, its encryption",
        may: ["src/cache", "src/system"],
        packages: ["age-encryption"],
        why: "a backup needs neither a server nor Pulumi",
    },
    {
        room: "src/engine",
        what: "driving Pulumi: one opened stack, the program in this process, locks, torn states",
        may: ["src/cache", "src/system", "src/drift", "src/hosts", "src/s3", "src/minio", "src/stack"],
        packages: ["@pulumi"],
        why: ENGINE,
    },
    {
        room: "src/doctor",
        what: "the cache as hosts see it: reachability, access, content",
        may: ["src/cache", "src/system", "src/hosts", "src/s3", "src/content", "src/engine"],
        packages: [],
        why: "the doctor asks as a host does, and never as the administrator",
    },
    {
        room: "src/mend",
        what: "what changes a cache's content afterwards: removals, repair, signing anew",
        may: [
            "src/cache",
            "src/system",
            "src/hosts",
            "src/s3",
            "src/store",
            "src/content",
            "src/push",
            "src/doctor",
        ],
        packages: [],
        why: "it works on what is in a bucket, with the credentials that it is given",
    },
    {
        room: "src/commands",
        what: "one file for each command of `nix-cache`: its options, its help, what it does",
        may: [
            "src/cache",
            "src/system",
            "src/drift",
            "src/hosts",
            "src/s3",
            "src/minio",
            "src/store",
            "src/content",
            "src/push",
            "src/report",
            "src/stack",
            "src/backup",
            "src/engine",
            "src/doctor",
            "src/mend",
        ],
        packages: [],
        why: "a command joins what the other rooms do",
    },
    {
        room: "src/cli",
        what: "the door: finds the command, parses its options, prints errors",
        may: ["src/cache", "src/system", "src/s3", "src/commands"],
        packages: [],
        why: "the door knows commands, and nothing of what they do",
    },
    {
        room: "toolchain",
        what: "getting Node, Pulumi, its plugins, MinIO, mc and Nix",
        may: ["src/cache", "src/system"],
        packages: [],
        why: "it runs before there is anything else",
    },
    {
        room: "sandbox",
        what: "`npm start`: a MinIO of its own, and a proof that the cache works",
        may: [
            "src/cache",
            "src/system",
            "src/drift",
            "src/hosts",
            "src/s3",
            "src/minio",
            "src/content",
            "src/stack",
            "src/engine",
            "toolchain",
        ],
        packages: ["@pulumi", "selfsigned"],
        why: "it stands beside the product, which must work without it",
    },
    {
        room: "bench",
        what: "`npm run bench`: pushes, hooks, renewals and the stack beside what else does the same",
        may: ["src/cache", "src/system", "src/hosts", "src/s3", "src/engine", "toolchain", "sandbox"],
        packages: ["@pulumi", "echarts"],
        why: "it stands beside the product, and measures it from outside",
    },
];
