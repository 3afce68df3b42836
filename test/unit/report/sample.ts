import type { Figures } from "../../../src/report/figures.ts";

const GIB = 1024 ** 3;
const path = (name: string) => `/nix/store/0123456789abcdfghijklmnpqrsvwxyz-${name}`;
const sum = (objects: number, bytes: number) => ({ objects, bytes });
const day = (age: number) => new Date(Date.UTC(2026, 10, 24 - age)).toISOString().slice(0, 10);

/** A report of a cache that was used for six weeks, nearly full. */
export const SAMPLE: Figures = {
    version: 1,
    bucket: "nix-cache",
    endpoint: "https://s3.homelab.local",
    time: "2026-11-24T21:30:00.000Z",
    objects: 61_204,
    bytes: 186 * GIB,
    kinds: {
        narinfo: sum(20_117, 0.02 * GIB),
        nar: sum(19_802, 185.4 * GIB),
        listing: sum(20_117, 0.4 * GIB),
        log: sum(1_150, 0.12 * GIB),
        realisation: sum(0, 0),
        debuginfo: sum(0, 0),
        pin: sum(16, 9_000),
        own: sum(2, 12_000),
        other: sum(0, 0),
    },
    expiry: {
        expireDays: 30,
        narGraceDays: 7,
        rows: [1, 3, 7, 14, 30, 60, 90, 180, 365].map((expireDays) => {
            const bytes = Math.min(186, 38 + 5 * expireDays) * GIB;
            return {
                expireDays,
                objects: Math.min(61_204, 12_000 + expireDays * 1_640),
                bytes,
                comesTo: (38 + 5 * expireDays) * GIB,
                isSet: expireDays === 30,
            };
        }),
    },
    growth: {
        days: Array.from({ length: 38 }, (_, age) => ({
            day: day(37 - age),
            ...sum(1_200 + ((age * 311) % 900), (2 + ((age * 7) % 11)) * GIB * 0.8),
        })),
        bytesPerDay: 5 * GIB,
    },
    size: { bytes: 186 * GIB, maxSize: 200 * GIB, level: "near", fits: 28, fullInDays: 2 },
    content: {
        paths: 20_117,
        unsigned: { count: 1, examples: [path("hello-2.12.1")] },
        broken: { count: 12, examples: [`${path("gcc-14.3.0")}: its NAR is not there`] },
        outliving: { count: 0, examples: [] },
        elsewhere: 3_120,
        leftOver: sum(14, 0.3 * GIB),
        duplicates: {
            shared: { nars: 120, paths: 420, saved: 2.1 * GIB },
            twice: { nars: 3, bytes: 0.1 * GIB },
        },
        largestPaths: ["cuda-merged-12.9", "rustc-1.91.0", "linux-6.17.8-modules"].map((name, index) => ({
            path: path(name),
            bytes: (6 - index * 2) * GIB,
        })),
        largestClosures: ["nixos-system-workstation-26.05", "nixos-system-laptop-26.05"].map(
            (name, index) => ({
                path: path(name),
                paths: 2_900 - index * 400,
                bytes: (21 - index * 5) * GIB,
            }),
        ),
        isClosuresCut: false,
        pins: ["hosts/workstation", "hosts/laptop", "hosts/router", "release"].map((name, index) => ({
            name,
            host: name.startsWith("hosts/") ? name.slice(6) : null,
            by: name.replace("hosts/", ""),
            paths: 2_900 - index * 400,
            bytes: (21 - index * 4.5) * GIB,
            alone: (9 - index * 2.5) * GIB,
            missing: index === 3 ? 1 : 0,
        })),
        pinned: { paths: 6_120, bytes: 34 * GIB },
        unreadablePins: [],
    },
};
