import { init, type EChartsOption } from "echarts";
import { KIND_WORDS, type ObjectKind } from "../../cache/objectKind.ts";
import { inWords } from "../../s3/limits.ts";
import type { Figures } from "../figures.ts";

/** A plot in two widths: the style shows the one that fits. */
export interface Plot {
    readonly title: string;
    /** What it shows, for who does not see it. */
    readonly words: string;
    readonly wide: string;
    readonly narrow: string;
}

const WIDE = 760;
const NARROW = 330;
const HEIGHT = 280;
const BAR = 34;
/** Told apart by people who see no red or no green, on white and on black (Okabe and Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73"];
/** Text and lines have the colour of the page's text. */
const TEXT = "currentColor";
/** Days and pins that are drawn. */
const MOST_DAYS = 60;
const MOST_PINS = 15;

/** The plots of a report, those alone that have something to show. */
export function plots(figures: Figures): Plot[] {
    return [
        keptPlot(figures),
        ...(figures.growth.days.length === 0 ? [] : [growthPlot(figures)]),
        kindPlot(figures),
        ...((figures.content?.pins.length ?? 0) === 0 ? [] : [pinPlot(figures)]),
    ];
}

function keptPlot({ expiry: { rows, expireDays: set }, size }: Figures): Plot {
    // A year at today's growth would leave no room for what there is.
    const most = Math.max(60, 2 * set);
    const shown = rows.filter(({ expireDays }) => expireDays > 0 && expireDays <= most);
    const line = (name: string, bytes: (row: (typeof shown)[number]) => number, dashed: boolean) => ({
        name,
        type: "line" as const,
        step: dashed ? (false as const) : ("end" as const),
        symbolSize: 7,
        lineStyle: { width: 2, type: dashed ? ("dashed" as const) : ("solid" as const) },
        data: shown.map((row) => [row.expireDays, bytes(row)]),
    });
    const limit = size === null ? [] : [{ yAxis: size.maxSize, name: "maxSize" }];
    const marks = [...limit, ...(set === 0 ? [] : [{ xAxis: set, name: "set" }])];
    return both(
        "What would another expiry keep?",
        "Bytes by expireDays: kept of what is there, and what it comes to at its growth.",
        HEIGHT,
        () => ({
            legend: legend(),
            grid: grid(),
            xAxis: { type: "log", name: "expireDays", nameLocation: "middle", nameGap: 28, ...axis() },
            yAxis: bytesAxis(Math.max(...shown.map(({ comesTo }) => comesTo), size?.maxSize ?? 0)),
            series: [
                {
                    ...line("keeps now", ({ bytes }) => bytes, false),
                    ...(marks.length === 0
                        ? {}
                        : {
                              markLine: {
                                  symbol: "none",
                                  silent: true,
                                  label: { color: TEXT, formatter: "{b}", position: "insideEndTop" },
                                  lineStyle: { color: TEXT, opacity: 0.6 },
                                  data: marks,
                              },
                          }),
                },
                line("comes to", ({ comesTo }) => comesTo, true),
            ],
        }),
    );
}

function growthPlot({ growth: { days } }: Figures): Plot {
    const shown = days.slice(-MOST_DAYS);
    return both(
        "When was it written?",
        "Bytes that were written or renewed on each day and are still there.",
        HEIGHT,
        () => ({
            grid: { ...grid(), top: 16 },
            xAxis: { type: "category", data: shown.map(({ day }) => day), ...axis() },
            yAxis: bytesAxis(Math.max(...shown.map(({ bytes }) => bytes))),
            series: [{ type: "bar", data: shown.map(({ bytes }) => bytes) }],
        }),
    );
}

function kindPlot({ kinds }: Figures): Plot {
    const rows = Object.entries(kinds)
        .filter(([, { objects }]) => objects > 0)
        .sort(([, a], [, b]) => b.bytes - a.bytes);
    const names = rows.map(([kind]) => KIND_WORDS[kind as ObjectKind]);
    return bars("What is it?", "Bytes by kind of object.", names, [
        { data: rows.map(([, { bytes }]) => bytes) },
    ]);
}

function pinPlot({ content }: Figures): Plot {
    const rows = [...(content?.pins ?? [])].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_PINS);
    const names = rows.map(({ name }) => name);
    return bars("Who keeps it?", "Bytes that each pin keeps: alone, and with other pins.", names, [
        { name: "alone", data: rows.map(({ alone }) => alone) },
        { name: "with others", data: rows.map(({ bytes, alone }) => bytes - alone) },
    ]);
}

function bars(
    title: string,
    words: string,
    names: readonly string[],
    series: readonly { readonly name?: string; readonly data: number[] }[],
): Plot {
    const isStacked = series.length > 1;
    const most = Math.max(
        ...names.map((_, row) => series.reduce((sum, { data }) => sum + (data[row] ?? 0), 0)),
    );
    return both(title, words, names.length * BAR + 90, (width) => ({
        ...(isStacked ? { legend: legend() } : {}),
        grid: { ...grid(), left: width === WIDE ? 150 : 110, top: isStacked ? 40 : 8, right: 72 },
        xAxis: bytesAxis(most, width === WIDE ? 5 : 2),
        yAxis: {
            type: "category",
            inverse: true,
            data: [...names],
            ...axis(),
            axisLabel: { color: TEXT, width: width === WIDE ? 140 : 100, overflow: "truncate" },
        },
        series: series.map(({ name, data }, index) => ({
            ...(name === undefined ? {} : { name }),
            type: "bar",
            stack: "all",
            label: {
                show: !isStacked || index === series.length - 1,
                position: "right",
                color: TEXT,
                formatter: ({ dataIndex }: { dataIndex: number }) =>
                    inWords(series.reduce((sum, one) => sum + (one.data[dataIndex] ?? 0), 0)),
            },
            data,
        })),
    }));
}

function legend() {
    return { top: 4, textStyle: { color: TEXT } };
}

function grid() {
    return { left: 76, right: 24, top: 44, bottom: 48 };
}

function axis() {
    return {
        nameTextStyle: { color: TEXT },
        axisLabel: { color: TEXT },
        axisLine: { lineStyle: { color: TEXT } },
        axisTick: { lineStyle: { color: TEXT } },
        splitLine: { show: false },
    };
}

/** @param most the largest value, by which steps are round numbers of KiB, MiB, … */
function bytesAxis(most: number, steps = 5) {
    const unit = 1024 ** Math.floor(Math.log2(Math.max(most / steps, 1)) / 10);
    const step = most / steps / unit;
    const round = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1024].find((one) => one >= step) ?? 1024;
    return {
        type: "value" as const,
        min: 0,
        max: Math.max(1, Math.ceil(most / (round * unit))) * round * unit,
        interval: round * unit,
        axisLabel: { color: TEXT, formatter: inWords },
        splitLine: { lineStyle: { color: TEXT, opacity: 0.2 } },
    };
}

function both(title: string, words: string, height: number, option: (width: number) => EChartsOption): Plot {
    const svg = (width: number) => drawn(width, height, option(width));
    return { title, words, wide: svg(WIDE), narrow: svg(NARROW) };
}

function drawn(width: number, height: number, option: EChartsOption): string {
    const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
    try {
        chart.setOption({
            animation: false,
            color: COLOURS,
            textStyle: { color: TEXT, fontFamily: "sans-serif" },
            ...option,
        });
        return chart.renderToSVGString();
    } finally {
        // It keeps a timer, and with it the process.
        chart.dispose();
    }
}
