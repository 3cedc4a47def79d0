// Whether the bounds on the risk hold: thresholds are chosen on half of the files again and again, and what is lost is looked at elsewhere.

import { type BoundKind, thresholdOfBoundedRisk } from '../../src/common/statistics/bounded-risk.ts';
import { shuffled } from '../../src/common/statistics/random.ts';
import type { Figures } from '../figures.ts';
import type { Judged } from './judged.ts';
import { clusters } from './tables.ts';

const RESPLITS = 200;
const ALPHA = 0.02;

interface Resplit {
  /** Of the half that it was not chosen on: lost, and kept local. By the luck of that half, too, it is over alpha or not. */
  readonly loss: number;
  readonly share: number;
  /** Over all places. The half that it was chosen on is among them: it is over alpha more rarely than at places of which none was seen. */
  readonly everywhere: number;
}

/** Both bounds at the places, whose estimates come from fits that did not see them. */
export function riskRows(positions: readonly Judged[]): Figures {
  return Object.fromEntries((['mean', 'sure'] as const).map((holding) => [holding, rowOf(positions, holding)]));
}

function rowOf(positions: readonly Judged[], holding: BoundKind): Figures {
  const files = clusters(positions);
  const resplits = Array.from({ length: RESPLITS }, (_, seed) => resplit(files, holding, seed + 1));
  const mean = (of: (one: Resplit) => number) => resplits.reduce((sum, one) => sum + of(one), 0) / RESPLITS;
  return {
    alpha: ALPHA,
    'mean-loss': mean(({ loss }) => loss),
    'calls-saved': mean(({ share }) => share),
    'share-over-alpha-everywhere': mean(({ everywhere }) => Number(everywhere > ALPHA)),
    'share-over-alpha-held-out': mean(({ loss }) => Number(loss > ALPHA)),
    abstained: mean(({ share }) => Number(share === 0)),
  };
}

function resplit(files: readonly Judged[][], holding: BoundKind, seed: number): Resplit {
  const order = shuffled(files.length, seed);
  const half = Math.ceil(files.length / 2);
  const of = (from: number, to: number) => order.slice(from, to).flatMap((i) => files[i] as Judged[]);
  const [chosenOn, others] = [of(0, half), of(half, files.length)];
  const keepable = chosenOn.map((position) => ({ by: position.gain, lost: isLost(position) }));
  const keepBelow = thresholdOfBoundedRisk(keepable, ALPHA, holding)?.keepBelow ?? Number.NEGATIVE_INFINITY;
  const kept = (from: readonly Judged[]) => from.filter(({ gain }) => gain <= keepBelow);
  const lossIn = (from: readonly Judged[]) => kept(from).filter(isLost).length / from.length;
  return { loss: lossIn(others), share: kept(others).length / others.length, everywhere: lossIn(files.flat()) };
}

function isLost({ draftRight, api }: Judged): boolean {
  return !draftRight && api.right === 1;
}
