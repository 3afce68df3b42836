import type { Metric } from "../system/metrics.ts";
import type { Figures } from "./figures.ts";

/** The report for Prometheus. Grafana's dashboard (grafana/nix-cache.json) shows these. */
export function figuresMetrics({ kinds, objects, bytes, growth, size, expiry, content }: Figures): Metric[] {
    const plain = (name: string, help: string, value: number): Metric => [`nix_cache_${name}`, help, value];
    return [
        plain("objects", "Objects in the bucket.", objects),
        plain("bytes", "Bytes of all objects.", bytes),
        ...Object.entries(kinds).map(([kind, sum]): Metric => [
            "nix_cache_kind_objects",
            "Objects by kind.",
            sum.objects,
            { kind },
        ]),
        ...Object.entries(kinds).map(([kind, sum]): Metric => [
            "nix_cache_kind_bytes",
            "Bytes of objects by kind.",
            sum.bytes,
            { kind },
        ]),
        ...expiry.rows.map(({ expireDays, bytes: kept }): Metric => [
            "nix_cache_kept_bytes",
            "Bytes that are left with these days of expiry; 0: never.",
            kept,
            { expire_days: String(expireDays) },
        ]),
        plain("growth_bytes_per_day", "Bytes written or renewed a day, over 30 days.", growth.bytesPerDay),
        plain("max_bytes", "Bytes that the cache may have (maxSize); 0: not set.", size?.maxSize ?? 0),
        ...(content === null
            ? []
            : [
                  plain("paths", "Store paths.", content.paths),
                  plain(
                      "paths_unsigned",
                      "Paths without a signature that hosts accept.",
                      content.unsigned.count,
                  ),
                  plain("paths_broken", "Paths that hosts cannot get.", content.broken.count),
                  plain("paths_outliving", "Paths that go after what they need.", content.outliving.count),
                  plain("nars_left_over", "NARs that no narinfo names.", content.leftOver.objects),
                  plain("pinned_bytes", "Bytes that pins keep together.", content.pinned.bytes),
                  ...content.pins.map(({ name, bytes: kept }): Metric => [
                      "nix_cache_pin_bytes",
                      "Bytes that a pin keeps.",
                      kept,
                      { pin: name },
                  ]),
              ]),
    ];
}
