// The report's picture: a bar for each model, and both models together by the share of calls. Figures stand beside the
// bars as text; shape, not colour, tells bar, interval and today.
import { h } from './dom.ts';
import type { ReportChart } from './protocol.ts';

const WIDTH = 100;
const BAR = 10;
const LINE = 40;

export function chartOf({ bars, pair }: ReportChart): HTMLElement {
  const rows = bars.map(({ figure, ...bar }) =>
    h('div.chart-bar', h('span', bar.name), h('span.dim', figure), barOf(bar)),
  );
  return h('div.chart', ...rows, pair && pairOf(pair));
}

/** A bar with its interval as a line with ends. */
function barOf({ share, low = share, high = share }: Omit<ReportChart['bars'][number], 'figure'>): SVGSVGElement {
  const x = (value: number) => (value * WIDTH).toFixed(1);
  const ends = [low, high].map((end) => `M${x(end)} 2v${BAR - 4}`).join('');
  return picture(BAR, [
    ['chart-room', `M0 ${BAR / 2}h${WIDTH}`],
    ['chart-share', `M0 ${BAR / 2}h${x(share)}`],
    ...(low < high ? ([['chart-interval', `M${x(low)} ${BAR / 2}H${x(high)}${ends}`]] as const) : []),
  ]);
}

/** Right lines above the share of calls; today is a line across. */
function pairOf({ points, now, inWords }: NonNullable<ReportChart['pair']>): HTMLElement {
  const at = (calls: number, right: number) => `${(calls * WIDTH).toFixed(1)} ${((1 - right) * LINE).toFixed(1)}`;
  const line = points.map(({ calls, right }, i) => `${i === 0 ? 'M' : 'L'}${at(calls, right)}`).join('');
  const drawn = picture(LINE, [
    ['chart-room', `M0 ${LINE}h${WIDTH}`],
    ['chart-today', `M${at(now.calls, 1)}V${LINE}`],
    ['chart-pair', line],
  ]);
  return h('div.chart-pair-of', drawn, h('p.dim', inWords));
}

type Line = readonly [name: string, d: string];

/** Stretched to the width that there is; lines keep theirs. */
function picture(height: number, lines: readonly Line[]): SVGSVGElement {
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
