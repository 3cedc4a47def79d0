// Which of the trained models stays: by the validation places, so that the test places, measured once and last, say how good the choice is.
import { percent } from '../common/format.ts';
import type { ScoredPlace } from '../report/scored.ts';
import type { MixedQuality, NeuralReport } from '../report/types.ts';
import type { Training } from './training.ts';

/** A model, and the folder of the base that it is opened over. */
export interface Candidate {
  readonly name: NeuralReport['used'];
  readonly model: string;
  readonly base: string;
}

/** Its drafts at the validation places. */
export interface Measured extends Candidate {
  readonly scored: readonly ScoredPlace[];
  readonly quality: MixedQuality;
}

export const titles = {
  adapted: 'the adapted model',
  earlier: 'the earlier model',
  base: 'the base',
} as const satisfies Readonly<Record<Candidate['name'], string>>;

/** By how much one's lines are better than another's at the same places, exact match and edit similarity together, in standard errors. */
function lead(one: Measured, other: Measured): number {
  const of = ({ right, similarity }: ScoredPlace) => Number(right) + similarity;
  const differences = one.scored.map((place, i) => of(place) - of(other.scored[i] as ScoredPlace));
  const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length;
  const squares = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return mean / Math.sqrt(squares / Math.max(1, differences.length - 1) / differences.length || Number.MIN_VALUE);
}

/**
 * In standard errors; more than the usual two, since the loss has spoken for the other. Of three packages two had lines 0.01 worse in a run's
 * own held-out files, 1 of these, and all three had better ones at the cursors of the benchmark.
 */
const CLEAR_LEAD = 3;
const NOTHING_BETTER = 'training made nothing better on the held-out files';

/**
 * What foresees the validation files best, by the mixture's loss on them; given up only for another whose lines there are clearly better. (Whether a
 * line is right is one bit a place: over a few hundred of them two equal models are often a few hundredths apart.) What training made no
 * better is no candidate. Without such places, what training's own validation said decides, of the base that serves: a smaller one's it says
 * nothing of.
 * @param measured the adapted model first, where there is one
 * @param serving folder of the base that serves
 */
export function choose(
  measured: readonly Measured[],
  training: Training | undefined,
  serving: string,
): { readonly used: Measured; readonly why: string } {
  const others = measured.filter(({ name }) => name !== 'adapted');
  const unchanged = training?.improved === false;
  const [first] = measured as [Measured, ...Measured[]];
  if (first.quality.places === 0) {
    if (first.name === 'adapted' && training?.improved && first.base === serving)
      return { used: first, why: 'its loss on held-out files fell; there was no held-out file to choose by.' };
    const why = unchanged ? `${NOTHING_BETTER}.` : 'there was no held-out file to choose by.';
    return { used: others[0] as Measured, why };
  }
  const candidates = unchanged ? others : measured;
  const merit = ({ quality: { loss, exactMatch, editSimilarity: similarity } }: Measured) =>
    loss === undefined ? exactMatch + similarity : -loss;
  const best = (of: (each: Measured) => number) =>
    candidates.reduce((high, each) => (of(each) > of(high) ? each : high));
  const foreseeing = best(merit);
  const writing = best((each) => lead(each, foreseeing));
  const clear = lead(writing, foreseeing) > CLEAR_LEAD;
  const used = clear ? writing : foreseeing;
  const why = compared(used, measured, clear);
  return { used, why: unchanged ? `${NOTHING_BETTER}; ${why}` : why };
}

/** What speaks for a model, with the figures of all: a sentence for people. */
function compared(used: Measured, measured: readonly Measured[], clear: boolean): string {
  const figures = ({ exactMatch, editSimilarity: similarity, loss }: MixedQuality) =>
    `${percent(exactMatch)} exactly right, edit similarity ${percent(similarity)}${loss === undefined ? '' : `, loss ${loss.toFixed(3)}`}`;
  const rest = measured
    .filter((each) => each !== used)
    .map(({ name, quality }) => `; ${titles[name]} ${figures(quality)}`);
  const foresees = used.quality.loss === undefined ? 'writes the best lines' : 'foresees the text best';
  const reason = rest.length === 0 ? 'is all there is' : clear ? 'writes clearly better lines' : foresees;
  return `${titles[used.name]} ${reason}: on ${used.quality.places} validation places ${figures(used.quality)}${rest.join('')}.`;
}
