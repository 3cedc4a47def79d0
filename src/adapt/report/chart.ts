// The picture of a report: a bar for each model, and what both models do together by the share of calls. In a terminal
// it is drawn with blocks.
import { wholePercent } from '../../common/format.ts';

export interface Bar {
  readonly name: string;
  /** Share of right lines, 0..1, with its 95% interval; without one: all lines are of one file. */
  readonly share: number;
  readonly low?: number;
  readonly high?: number;
  /** '13.3% (8.2% to 18.6%)' */
  readonly figure: string;
}

/** What both models do together, if so many positions are sent to the large one. Shares, 0..1. */
export interface PairPoint {
  readonly calls: number;
  readonly right: number;
}

export interface Pair {
  /** Ascending calls. */
  readonly points: readonly PairPoint[];
  readonly now: PairPoint;
  readonly inWords: string;
}

export interface Chart {
  readonly bars: readonly Bar[];
  /** Absent: the large model was not asked. */
  readonly pair?: Pair;
}

const CELLS = 24;
const STEPS = '▁▂▃▄▅▆▇█';

export function drawn({ bars, pair }: Chart): string {
  const width = Math.max(...bars.map(({ name }) => name.length));
  const lines = bars.map((bar) => `  ${bar.name.padEnd(width)}  ${cellsOf(bar)}  ${bar.figure}`);
  return [...lines, ...(pair ? ['', ...pairLines(pair)] : [])].join('\n');
}

/** Full up to the interval, half full within it. */
function cellsOf({ share, low = share, high = share }: Bar): string {
  const [full, half] = [Math.round(low * CELLS), Math.round(high * CELLS)];
  return `${'█'.repeat(full)}${'▒'.repeat(half - full)}`.padEnd(CELLS, '·');
}

function pairLines({ points, inWords }: Pair): string[] {
  const steps = points.map(({ right }) => STEPS[Math.min(STEPS.length - 1, Math.floor(right * STEPS.length))]);
  return [`  ${steps.join('')}`, `  ${inWords}`];
}

/** @param points at least one */
export function pairOf(points: readonly PairPoint[], now: PairPoint): Pair {
  const ascending = [...points].sort((a, b) => a.calls - b.calls);
  const [least, most] = [ascending[0], ascending.at(-1)] as [PairPoint, PairPoint];
  const at = ({ calls, right }: PairPoint) => `${wholePercent(right)} right with ${wholePercent(calls)} of the calls`;
  return { points: ascending, now, inWords: `Both models together: ${at(least)}, ${at(most)}; today ${at(now)}.` };
}
