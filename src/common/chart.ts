// The picture of a report: a bar for each model, and what both models do together by the share of calls. In a terminal
// it is drawn with blocks.
import { wholePercent } from './format.ts';

interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Bar {
  readonly name: string;
  /** Share of right answers, 0..1, with its 95% interval; without one: all positions are in one file. */
  readonly share: number;
  readonly low?: number;
  readonly high?: number;
  /** The share that was expected before it was measured. */
  readonly expected?: number;
  /** '13.3% (8.2% to 18.6%)' */
  readonly figure: string;
  /** Number of positions, if no table beside the bars has it. */
  readonly places?: number;
  /** A comparison in words. */
  readonly note?: string;
}

/** One place of the slider: so many positions are sent to the large model. Shares, 0..1. */
export interface PairPoint {
  readonly balance: number;
  readonly calls: number;
  readonly right: number;
  readonly inWords: string;
}

export interface Pair {
  /** At least one, by ascending calls. */
  readonly points: readonly PairPoint[];
  /** The balance that is set. */
  readonly balance: number;
  /** The first and the last point. */
  readonly inWords: string;
}

export interface Chart {
  readonly bars: readonly Bar[];
  /** Absent: the large model was not asked. */
  readonly pair?: Pair;
}

/**
 * The note of a bar that is compared with the previous one. Both were measured at the same places, so their difference
 * tells more than their own intervals do.
 * @param difference its 95% interval; absent: nothing is said
 */
export function comparedWithPrevious(difference: Range | undefined): Pick<Bar, 'note'> {
  return difference && holdsZero(difference) ? { note: 'No difference from the previous one' } : {};
}

export function holdsZero({ low, high }: Range): boolean {
  return low <= 0 && high >= 0;
}

/** What the note means; nothing without one. @param places 'positions' or 'texts' */
export function noteInWords(bars: readonly Bar[], places: string): string[] {
  if (!bars.some(({ note }) => note)) return [];
  return [`‘No difference’ means: too small to tell from chance at the same ${places} (95% interval).`];
}

/** @param points at least one @param balance the one that is set */
export function pairOf(points: readonly Omit<PairPoint, 'inWords'>[], balance: number): Pair {
  const ascending = points
    .map((point) => ({
      ...point,
      inWords: `${wholePercent(point.right)} right with ${wholePercent(point.calls)} of the calls`,
    }))
    .sort((a, b) => a.calls - b.calls);
  const [least, most] = [ascending[0], ascending.at(-1)] as [PairPoint, PairPoint];
  return { points: ascending, balance, inWords: `Both models together: ${least.inWords}, ${most.inWords}.` };
}

const CELLS = 24;
const STEPS = '▁▂▃▄▅▆▇█';

/** Lines for a terminal. */
export function drawn({ bars, pair }: Chart): string {
  const width = Math.max(...bars.map(({ name }) => name.length));
  const lines = bars.flatMap(({ name, figure, places, note, ...bar }) => {
    const figures = places === undefined ? figure : `${figure} of ${places}`;
    const line = `  ${name.padEnd(width)}  ${cellsOf(bar)}  ${figures}`;
    return note === undefined ? [line] : [line, `  ${' '.repeat(width)}  ${note}`];
  });
  return [...lines, ...(pair ? ['', ...pairLines(pair)] : [])].join('\n');
}

/** Full up to the interval, half full within it. A dot is what was expected. */
function cellsOf({ share, low = share, high = share, expected }: Pick<Bar, 'share' | 'low' | 'high' | 'expected'>) {
  const [full, half] = [Math.round(low * CELLS), Math.round(high * CELLS)];
  const cells = [...`${'█'.repeat(full)}${'▒'.repeat(half - full)}`.padEnd(CELLS, '·')];
  if (expected !== undefined) cells[Math.min(CELLS - 1, Math.floor(expected * CELLS))] = '●';
  return cells.join('');
}

/** Right answers above the share of calls, with a mark below the balance that is set. */
function pairLines({ points, balance, inWords }: Pair): string[] {
  const now = pointAt(points, balance);
  const column = ({ calls }: PairPoint) => Math.round(calls * (CELLS - 1));
  const cells = Array.from({ length: CELLS }, (_, at) => {
    const point = points.findLast((each) => column(each) <= at);
    return point && at <= column(points.at(-1) as PairPoint)
      ? STEPS[Math.min(STEPS.length - 1, Math.floor(point.right * STEPS.length))]
      : ' ';
  });
  return [
    `  ${cells.join('')}`,
    `  ${' '.repeat(column(now))}^ balance ${now.balance}: ${now.inWords}`,
    `  ${inWords}`,
  ];
}

function pointAt(points: readonly PairPoint[], balance: number): PairPoint {
  const distance = (point: PairPoint) => Math.abs(point.balance - balance);
  return points.reduce((best, each) => (distance(each) < distance(best) ? each : best));
}
