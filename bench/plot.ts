import type { EChartsOption } from "echarts";
import { drawn, TEXT } from "./drawn.ts";
import { median, type Results } from "./results.ts";

const WIDTH = 840;
const ROW = 44;
/** Above and below the rows: the legend, the axis. */
const AROUND = 130;
/** Told apart by people who see no red or no green, on white and on black (Okabe and Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "pin", "arrow"];

/** The pushes and reads as an SVG that needs nothing else: how many times our time each one takes, on a logarithmic axis. */
export function plot(results: Results): string {
    const tasks = results.tasks.filter(({ name }) => !/^(hook|stack)/.test(name));
    const titles = tasks.map(({ title }) => title);
    const who = [...new Set(tasks.flatMap(({ rows }) => rows.map((row) => row.who)))];
    const points = (name: string) =>
        tasks.flatMap(({ title, rows }) => {
            const [own] = rows;
            const row = rows.find((one) => one.who === name);
            if (own === undefined || row === undefined) return [];
            return [[Number((median(row.seconds) / median(own.seconds)).toPrecision(3)), title]];
        });
    const option: EChartsOption = {
        color: COLOURS,
        legend: { top: 8, textStyle: { color: TEXT }, data: who },
        grid: { left: 270, right: 24, top: 70, bottom: 50 },
        xAxis: {
            type: "log",
            name: `times the time of ${who[0] ?? ""}`,
            nameLocation: "middle",
            nameGap: 28,
            nameTextStyle: { color: TEXT },
            axisLabel: { color: TEXT },
            splitLine: { lineStyle: { color: TEXT, opacity: 0.2 } },
        },
        yAxis: {
            type: "category",
            data: titles,
            inverse: true,
            axisLabel: { color: TEXT, width: 250, overflow: "break" },
            axisLine: { lineStyle: { color: TEXT } },
            splitLine: { show: true, lineStyle: { color: TEXT, opacity: 0.1 } },
        },
        series: who.map((name, index) => ({
            name,
            type: "scatter",
            symbol: SYMBOLS[index % SYMBOLS.length] ?? "circle",
            symbolSize: 12,
            silent: true,
            data: points(name),
        })),
    };
    return drawn(WIDTH, tasks.length * ROW + AROUND, option);
}
