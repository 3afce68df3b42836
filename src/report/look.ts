import type { Pin } from "../cache/pin.ts";
import { KIND_WORDS, type ObjectKind } from "../cache/objectKind.ts";
import { AgeTally, dayOf, dayWords, type Sum } from "../content/ageTally.ts";
import { listPins } from "../content/pins.ts";
import { readNarinfo } from "../content/readNarinfo.ts";
import { scan } from "../content/scan.ts";
import { bytesWith, GROWTH_DAYS, sizeState, type Expiry } from "../content/sizeFit.ts";
import type { Cache } from "../s3/bucket.ts";
import type { ListedObject } from "../s3/listing.ts";
import { ContentFigures } from "./contentFigures.ts";
import type { Content, ExpiryRow, Figures } from "./figures.ts";

/** Choices of expireDays that the report compares. */
const CHOICES = [1, 3, 7, 14, 30, 60, 90, 180, 365];

/** So many pins are told of: who may push could write any number. */
const MOST_PINS = 1_000;

/** What is looked at, and how. */
export interface Look extends Expiry {
    readonly trustedPublicKeys: readonly string[];
    /** Bytes; undefined: not set. */
    readonly maxSize: number | undefined;
    /** Whether narinfos are read; otherwise the listing alone is, in memory that does not grow. */
    readonly readNarinfos: boolean;
    /** Told how many objects were listed, and how many narinfos read. */
    readonly onProgress: (objects: number, narinfos: number) => void;
}

/**
 * Looks at a cache, once.
 *
 * @param pages default: the bucket's listing
 * @throws ServerError when the server does not answer, or refuses who asks
 */
export async function figuresOf(
    cache: Cache,
    look: Look,
    pages?: AsyncIterable<ListedObject[]>,
): Promise<Figures> {
    const now = new Date();
    const tally = new AgeTally();
    const kinds = Object.fromEntries(
        Object.keys(KIND_WORDS).map((kind) => [kind, { objects: 0, bytes: 0 }]),
    ) as Record<ObjectKind, { objects: number; bytes: number }>;
    const content = look.readNarinfos ? new ContentFigures(look.trustedPublicKeys) : undefined;
    let objects = 0;
    let narinfos = 0;
    await scan(
        cache,
        {
            object: (object, kind) => {
                objects += 1;
                kinds[kind].objects += 1;
                kinds[kind].bytes += object.size;
                tally.add(object);
                content?.graph.object(object, kind);
                if (objects % 1000 === 0) look.onProgress(objects, narinfos);
            },
            ...(content === undefined
                ? {}
                : {
                      narinfo: (object, found) => {
                          content.narinfo(object, found);
                          narinfos += 1;
                          if (narinfos % 100 === 0) look.onProgress(objects, narinfos);
                      },
                  }),
        },
        pages,
    );
    const { expireDays, narGraceDays, maxSize } = look;
    const today = dayOf(now);
    return {
        version: 1,
        bucket: cache.bucket,
        endpoint: cache.connection.url,
        time: now.toISOString(),
        ...tally.all,
        kinds,
        expiry: { expireDays, narGraceDays, rows: expiryRows(tally, look, today) },
        growth: {
            days: tally.days().map(({ day, ...sum }) => ({ day: dayWords(day), ...sum })),
            bytesPerDay: Math.round(tally.bytesPerDay(GROWTH_DAYS, today)),
        },
        size: maxSize === undefined ? null : sizeState(tally, look, maxSize, now),
        content: content === undefined ? null : await contentOf(cache, content, look, now),
    };
}

function expiryRows(tally: AgeTally, { expireDays, narGraceDays }: Expiry, today: number): ExpiryRow[] {
    const choices = [...new Set([...CHOICES, ...(expireDays === 0 ? [] : [expireDays])])].sort(
        (a, b) => a - b,
    );
    return [...choices, ...(expireDays === 0 ? [0] : [])].map((days) => {
        const kept: Sum = tally.keptBy(days, narGraceDays, today);
        const comesTo = days === 0 ? kept.bytes : bytesWith(tally, { expireDays: days, narGraceDays }, today);
        return { expireDays: days, ...kept, comesTo: Math.round(comesTo), isSet: days === expireDays };
    });
}

async function contentOf(cache: Cache, content: ContentFigures, expiry: Expiry, now: Date): Promise<Content> {
    const pins: Pin[] = [];
    const unreadable: string[] = [];
    for await (const pin of listPins(cache, (name) => unreadable.length < MOST_PINS && unreadable.push(name)))
        if (pins.length < MOST_PINS) pins.push(pin);
    return content.told(expiry, { pins, unreadable }, now, async (node) => {
        const hash = content.graph.name(node);
        const found = await readNarinfo(cache, `${hash}.narinfo`);
        return found.kind === "read" ? found.info.storePath : `${hash}.narinfo`;
    });
}
