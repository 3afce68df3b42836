import { init, type EChartsOption } from "echarts";

/** Text and lines have the colour of the page's text. */
export const TEXT = "currentColor";
const STYLE = "<style>svg{color:#24292f}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}</style>";

/**
 * A chart as an SVG that needs nothing else, light or dark as its reader's system is. The same chart gives
 * the same text: the names of its classes have the numbers that they would have in a new process.
 *
 * @param width in CSS pixels
 * @param height in CSS pixels
 */
export function drawn(width: number, height: number, option: EChartsOption): string {
    const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
    try {
        chart.setOption({
            animation: false,
            textStyle: { color: TEXT, fontFamily: "sans-serif" },
            ...option,
        });
        const svg = chart.renderToSVGString().replace(/^<svg[^>]*>/, (tag) => `${tag}\n${STYLE}`);
        return `${numberedAnew(svg)}\n`;
    } finally {
        // It keeps a timer, and with it the process.
        chart.dispose();
    }
}

/** ECharts counts charts and classes for as long as a process runs. */
function numberedAnew(svg: string): string {
    const classes = new Map<string, number>();
    return svg.replace(/\bzr\d+-cls-(\d+)/g, (_, number: string) => {
        const known = classes.get(number) ?? classes.size;
        classes.set(number, known);
        return `zr0-cls-${String(known)}`;
    });
}
