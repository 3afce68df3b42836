import type { EChartsOption, SeriesOption } from "echarts";
import { drawn, TEXT } from "./drawn.ts";

/** What is drawn of a simulated day. */
interface Day {
    readonly day: number;
    readonly bytes: number;
    readonly aliveBytes: number;
    readonly missing: number;
}

/** Days in which something was otherwise. */
interface Times {
    readonly off: readonly [number, number];
    readonly unrenewed: readonly [number, number];
}

/** Okabe and Ito. */
const COLOURS = ["#0072b2", "#56b4e9", "#e69f00", "#d55e00"];

/** Disk use by day with and without renewing, and what is missing, as an SVG that needs nothing else. */
export function yearPlot({ off, unrenewed }: Times, renewed: readonly Day[], left: readonly Day[]): string {
    const mib = (bytes: number) => Number((bytes / 1024 ** 2).toFixed(3));
    const line = (
        name: string,
        days: readonly Day[],
        value: (day: Day) => number,
        axis: number,
    ): SeriesOption => ({
        name,
        type: "line",
        xAxisIndex: axis,
        yAxisIndex: axis,
        symbol: "none",
        silent: true,
        data: days.map((day) => [day.day, value(day)]),
    });
    const area = (words: string, [from, to]: readonly [number, number]) => [
        { name: words, xAxis: from, label: { color: TEXT, position: "insideTop" as const, fontSize: 10 } },
        { xAxis: to },
    ];
    const axis = {
        type: "value" as const,
        nameTextStyle: { color: TEXT },
        axisLabel: { color: TEXT },
        splitLine: { lineStyle: { color: TEXT, opacity: 0.15 } },
    };
    const series: SeriesOption[] = [
        line("in the bucket, renewed", renewed, ({ bytes }) => mib(bytes), 0),
        line("of it alive", renewed, ({ aliveBytes }) => mib(aliveBytes), 0),
        line("in the bucket, not renewed", left, ({ bytes }) => mib(bytes), 0),
        line("missing, renewed", renewed, ({ missing }) => missing, 1),
        line("missing, not renewed", left, ({ missing }) => missing, 1),
    ];
    const option: EChartsOption = {
        color: [...COLOURS.slice(0, 3), "#0072b2", "#e69f00"],
        legend: {
            top: 8,
            itemGap: 36,
            textStyle: { color: TEXT },
            data: ["in the bucket, renewed", "of it alive", "in the bucket, not renewed"],
        },
        grid: [
            { left: 70, right: 24, top: 60, height: 220 },
            { left: 70, right: 24, top: 330, height: 110 },
        ],
        xAxis: [0, 1].map((gridIndex) => ({
            ...axis,
            gridIndex,
            max: renewed.length - 1,
            name: gridIndex === 1 ? "day" : "",
            nameLocation: "middle" as const,
            nameGap: 26,
        })),
        yAxis: [
            { ...axis, gridIndex: 0, name: "MiB" },
            { ...axis, gridIndex: 1, name: "alive objects missing" },
        ],
        series: series.map((one, index) =>
            index === 0
                ? ({
                      ...one,
                      markArea: {
                          silent: true,
                          itemStyle: { color: TEXT, opacity: 0.08 },
                          data: [area("two hosts off", off), area("no renewing", unrenewed)],
                      },
                  } as SeriesOption)
                : one,
        ),
    };
    return drawn(840, 490, option);
}
