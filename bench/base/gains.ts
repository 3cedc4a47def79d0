// What one base has over another at the same places: differences with intervals, and whether they hold where names are unknown.

import { interval } from '../../src/common/statistics/bootstrap.ts';
import { isRight, type Line } from '../common/line-figures.ts';
import type { Figures } from '../figures.ts';
import { type Cursor, isPublic } from './cursors.ts';
import type { Base, Show } from './types.ts';

/** One place: what the reference and the other got there. More is better. */
export interface Pair {
  /** What resembles each other, a file. */
  readonly cluster: string;
  readonly kind: 'public' | 'renamed';
  readonly before: number;
  readonly after: number;
}

interface Sum {
  readonly gain: number;
  readonly places: number;
}

/**
 * Mean gain by kind with its 95 % interval. A base that had learned the published packages by heart would gain there alone: `ratio` is the
 * renamed package's gain over theirs, and `above-half` what is left of it when half of theirs is taken off; above 0 it is at least half.
 */
export function gainFigures(pairs: readonly Pair[]): Figures {
  const [open, renamed] = (['public', 'renamed'] as const).map((kind) => clusters(pairs, kind)) as [Sum[], Sum[]];
  const of = (sums: readonly Sum[]): Figures =>
    sums.length === 0 ? {} : { gain: gainOf(sums), ...interval([sums], ([drawn = []]) => gainOf(drawn)) };
  if (renamed.length === 0 || open.length === 0) return { public: of(open), renamed: of(renamed) };
  const aboveHalf = (a: readonly Sum[], b: readonly Sum[]) => gainOf(b) - gainOf(a) / 2;
  return {
    public: of(open),
    renamed: of(renamed),
    ratio: gainOf(renamed) / gainOf(open),
    'above-half': {
      value: aboveHalf(open, renamed),
      ...interval([open, renamed], ([a = [], b = []]) => aboveHalf(a, b)),
    },
  };
}

function clusters(pairs: readonly Pair[], wanted: Pair['kind']): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { cluster, kind, before, after } of pairs) {
    if (kind !== wanted) continue;
    const sum = sums.get(cluster) ?? { gain: 0, places: 0 };
    sums.set(cluster, { gain: sum.gain + after - before, places: sum.places + 1 });
  }
  return [...sums.values()];
}

function gainOf(sums: readonly Sum[]): number {
  return sums.reduce((total, { gain }) => total + gain, 0) / sums.reduce((total, { places }) => total + places, 0);
}

/** Of lines exactly right, every base beside the first, by the name of what was measured. */
export function showGains(
  show: Show,
  cursors: readonly Cursor[],
  answers: ReadonlyMap<Base, Readonly<Record<string, readonly Line[]>>>,
): void {
  const [first, ...others] = answers;
  if (!first) return;
  for (const [base, rows] of others) {
    for (const [name, lines] of Object.entries(rows)) {
      const pairs = (first[1][name] ?? []).map((before, i): Pair => {
        const cursor = cursors[i] as Cursor;
        return {
          cluster: `${cursor.prepared.name} ${cursor.position.path}`,
          kind: isPublic(cursor) ? 'public' : 'renamed',
          before: Number(isRight(before)),
          after: Number(isRight(lines[i] as Line)),
        };
      });
      show([`${base.name} against ${first[0].name}`, name], { places: pairs.length, ...gainFigures(pairs) });
    }
  }
}
