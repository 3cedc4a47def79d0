// The report's picture: a bar for each model. Figures stand beside the bars as text; shape, not colour, tells bar,
// interval and marks.
import type { Bar, Chart } from '../../common/chart.ts';
import { h } from './dom.ts';

const WIDTH = 100;
const BAR = 16;
const BELOW = 12;

export function chartOf({ bars }: Chart): HTMLElement {
  const rows = bars.map(({ figure, note, ...bar }) =>
    h('li', h('span', bar.name), h('span.dim', figure), barOf(bar), note === undefined ? undefined : h('em', note)),
  );
  // A list that the style sheet shows without marks is none for some screen readers, unless it says so.
  return h('ul.chart', { role: 'list' }, ...rows);
}

/** A bar, and below it its interval as a line with ends. A dot there is what was expected. */
function barOf(bar: Omit<Bar, 'figure' | 'note'>): SVGSVGElement {
  const { share, low = share, high = share, expected } = bar;
  const ends = [low, high].map((end) => `M${x(end)} ${BELOW - 3}v6`).join('');
  return picture(BAR, [
    ['chart-room', `M0 4h${WIDTH}`],
    ['chart-share', `M0 4h${x(share)}`],
    ...(low < high ? ([['chart-interval', `M${x(low)} ${BELOW}H${x(high)}${ends}`]] as const) : []),
    // A line without length has round ends.
    ...(expected === undefined ? [] : ([['chart-expected', `M${x(expected)} ${BELOW}h0`]] as const)),
  ]);
}

const x = (share: number) => (share * WIDTH).toFixed(1);

/** Stretched to the width that there is; lines keep theirs. */
function picture(height: number, lines: readonly (readonly [name: string, d: string])[]): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.style.height = `${height}px`;
  for (const [name, d] of lines) {
    const line = document.createElementNS(namespace, 'path');
    line.setAttribute('class', name);
    line.setAttribute('d', d);
    svg.append(line);
  }
  return svg;
}
