// The report's picture: a bar for each model, and both models together by the share of calls. Figures stand beside the
// bars as text; shape, not colour, tells bar, interval and marks.
import type { Bar, Chart, Pair } from '../../common/chart.ts';
import { h } from './dom.ts';

const WIDTH = 100;
const BAR = 16;
const BELOW = 12;
const LINE = 40;

export function chartOf({ bars }: Pick<Chart, 'bars'>): HTMLElement {
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

/** Right lines above the share of calls. A line across marks the place of the slider. */
export class PairView {
  readonly element: HTMLElement;
  private readonly pair: Pair;
  private readonly sentence = h('p.dim');
  private readonly mark: Element | null;

  constructor(pair: Pair) {
    this.pair = pair;
    const line = pair.points.map(({ calls, right }, i) => `${i === 0 ? 'M' : 'L'}${x(calls)} ${y(right)}`).join('');
    const drawn = picture(LINE, [
      ['chart-axes', `M0 0V${LINE}h${WIDTH}`],
      ['chart-place', ''],
      ['chart-pair', line],
    ]);
    this.mark = drawn.querySelector('.chart-place');
    const ends = h('div.ends.dim', { 'aria-hidden': 'true' }, h('span', 'No calls'), h('span', 'All calls'));
    this.element = h('div.chart', drawn, ends, this.sentence);
  }

  show(balance: number): void {
    const { points, inWords } = this.pair;
    const distance = (point: (typeof points)[number]) => Math.abs(point.balance - balance);
    const [now] = [...points].sort((a, b) => distance(a) - distance(b));
    if (!now) return;
    this.mark?.setAttribute('d', `M${x(now.calls)} 0V${LINE}`);
    const sentence = `${inWords} At the slider’s place (dashed line): ${now.inWords}.`;
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
  }
}

const x = (share: number) => (share * WIDTH).toFixed(1);
const y = (share: number) => ((1 - share) * LINE).toFixed(1);

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
