// A line chart of the report, drawn by uPlot in the theme's colours. Decorative for a screen reader: its table says the same.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { h } from './dom.ts';
import type { PageChart } from './report-protocol.ts';
import type { Words } from './wording.ts';

type Series = PageChart['series'][number];

/** CSS pixels; it is drawn again when the page gets narrower or wider. */
const widest = 640;
const height = 260;
/** Lines differ in their dashes and the shape of their marks before they differ in colour. */
const dashes: Readonly<Record<Series['line'], number[]>> = { solid: [], dashed: [8, 5], dotted: [2, 5], points: [] };
const colours = ['--vscode-charts-blue', '--vscode-charts-yellow', '--vscode-charts-purple', '--vscode-foreground'];

/** Follows theme and width; `stop` ends that. */
export function chartOf(words: Words, chart: PageChart): HTMLElement {
  const canvas = h('div', { class: 'chart-canvas', 'aria-hidden': 'true' });
  let drawn: uPlot | undefined;
  let width = 0;
  const draw = () => {
    drawn?.destroy();
    drawn = new uPlot(optionsOf(words, chart, width), dataOf(chart), canvas);
  };
  new ResizeObserver(([entry]) => {
    const room = Math.min(widest, Math.floor(entry?.contentRect.width ?? 0));
    if (room === width || room === 0) return;
    width = room;
    draw();
  }).observe(canvas);
  // VS Code says the theme there.
  new MutationObserver(() => width > 0 && draw()).observe(document.body, { attributeFilter: ['class', 'style'] });
  return h(
    'figure',
    { class: 'chart' },
    canvas,
    h(
      'figcaption',
      {},
      h('span', { class: 'dim' }, words.t('chartAxes', chart.y.name, chart.x.name)),
      h('ul', { class: 'chart-key' }, ...chart.series.map((series, i) => keyOf(words, series, i))),
    ),
  );
}

/** How a line is drawn, in words and as a stroke. */
function keyOf(words: Words, { name, line, marks }: Series, index: number): HTMLElement {
  const stroke = h('span', { class: `stroke ${line}${marks ? ' marked' : ''} c${index}`, 'aria-hidden': 'true' });
  return h('li', {}, stroke, `${name} `, h('span', { class: 'dim' }, words.t(`line.${line}`)));
}

/** One column of x for all series, as uPlot wants them; where a series has no point there is none. */
function dataOf({ series }: PageChart): uPlot.AlignedData {
  const columns = series.map(({ points }): uPlot.AlignedData => {
    const rising = [...points].sort(([a], [b]) => a - b);
    return [rising.map(([x]) => x), rising.map(([, y]) => y)];
  });
  return uPlot.join(columns);
}

function optionsOf(words: Words, { x, y, series }: PageChart, width: number): uPlot.Options {
  const style = getComputedStyle(document.body);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const text = colour('--vscode-foreground') || '#888';
  const grid = { stroke: colour('--vscode-panel-border') || text, width: 1 };
  const values = (unit: 'share' | 'number') => (_: uPlot, ticks: number[]) =>
    ticks.map((tick) => (unit === 'share' ? words.percent(tick) : words.value(tick)));
  const range = ({ from, to }: PageChart['x']): uPlot.Scale => ({
    time: false,
    ...(from !== undefined && to !== undefined && { range: [from, to] as [number, number] }),
  });
  const font = `12px ${style.fontFamily}`;
  const axis = (of: PageChart['x']): uPlot.Axis => ({
    ...{ label: of.name, labelFont: font, font, stroke: text, grid, ticks: grid, labelSize: 22 },
    values: values(of.unit),
  });
  return {
    ...{ width, height, legend: { show: false }, padding: [12, 16, 0, 0] },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: { x: range(x), y: range(y) },
    axes: [axis(x), { ...axis(y), size: 56 }],
    series: [
      {},
      ...series.map(({ name, line, marks }, i): uPlot.Series => {
        const stroke = colour(colours[i % colours.length] as string) || text;
        return {
          ...{ label: name, stroke, spanGaps: true, dash: dashes[line] },
          width: line === 'points' ? 0 : 2,
          points: {
            show: marks,
            size: line === 'points' ? 14 : 7,
            stroke,
            fill: line === 'points' ? 'transparent' : stroke,
            width: 3,
          },
        };
      }),
    ],
  };
}
