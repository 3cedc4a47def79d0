// A line chart of the report, drawn by uPlot in the theme's colours. Hidden from screen readers: its table has the same
// figures.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { h } from './dom.ts';
import type { PageChart } from './report-protocol.ts';
import type { Words } from './wording.ts';

type Series = PageChart['series'][number];

/** Maximum width, CSS pixels. The chart is redrawn when the page's width changes. */
const maxWidth = 640;
const height = 260;
/** Lines differ in dashes and marks, so that nobody has to tell them apart by colour. */
const dashes: Readonly<Record<Series['line'], number[]>> = { solid: [], dashed: [8, 5], dotted: [2, 5], points: [] };
const colours = ['--vscode-charts-blue', '--vscode-charts-yellow', '--vscode-charts-purple', '--vscode-foreground'];

/** The element of a chart. It is redrawn when theme or width change. */
export function chartOf(words: Words, chart: PageChart): HTMLElement {
  const canvas = h('div', { class: 'chart-canvas', 'aria-hidden': 'true' });
  let plot: uPlot | undefined;
  let width = 0;
  const draw = () => {
    plot?.destroy();
    plot = new uPlot(optionsOf(words, chart, width), alignedData(chart), canvas);
  };
  new ResizeObserver(([entry]) => {
    const available = Math.min(maxWidth, Math.floor(entry?.contentRect.width ?? 0));
    if (available === width || available === 0) return;
    width = available;
    draw();
  }).observe(canvas);
  // VS Code sets the theme's class and style on the body.
  new MutationObserver(() => width > 0 && draw()).observe(document.body, { attributeFilter: ['class', 'style'] });
  return h(
    'figure',
    { class: 'chart' },
    canvas,
    h(
      'figcaption',
      {},
      h('span', { class: 'dim' }, words.t('chartAxes', chart.y.name, chart.x.name)),
      h('ul', { class: 'chart-key' }, ...chart.series.map((series, i) => legendEntry(words, series, i))),
    ),
  );
}

/** An entry of the legend: a sample of the line, and its style in words. */
function legendEntry(words: Words, { name, line, marks }: Series, index: number): HTMLElement {
  const stroke = h('span', { class: `stroke ${line}${marks ? ' marked' : ''} c${index}`, 'aria-hidden': 'true' });
  return h('li', {}, stroke, `${name} `, h('span', { class: 'dim' }, words.t(`line.${line}`)));
}

/** uPlot's columns: one of x for all series, then one of y per series, with gaps where it has no point. */
function alignedData({ series }: PageChart): uPlot.AlignedData {
  const columns = series.map(({ points }): uPlot.AlignedData => {
    const sorted = [...points].sort(([a], [b]) => a - b);
    return [sorted.map(([x]) => x), sorted.map(([, y]) => y)];
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
  const axis = ({ name, unit }: PageChart['x']): uPlot.Axis => ({
    ...{ label: name, labelFont: font, font, stroke: text, grid, ticks: grid, labelSize: 22 },
    values: values(unit),
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
