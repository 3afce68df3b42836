import type { Renewal } from "../../../src/push/renewReport.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-24T12:00:00Z");

/** A run of `nix-cache renew` that went well. */
export const RENEWAL: Renewal = {
    pins: 1,
    others: 0,
    unpushed: 0,
    pinned: new Map(),
    kept: {
        here: 3,
        bytes: 2048,
        elsewhere: [],
        missing: [],
        unknown: [],
        due: 2,
        renewed: 4,
        failed: new Map(),
        firstBefore: NOW + 10 * DAY_MS,
        first: NOW + 30 * DAY_MS,
        soon: [],
    },
    dryRun: false,
    seconds: 1.5,
    now: NOW,
};
