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

/** By how many of 100 lines one gets more right than another at the same places, and how many of its standard errors that is. */
function lead(one: Measured, other: Measured): { readonly share: number; readonly errors: number } {
  const differences = one.scored.map(({ right }, i) => Number(right) - Number(other.scored[i]?.right));
  const share = differences.reduce((sum, each) => sum + each, 0) / differences.length;
  const squares = differences.reduce((sum, each) => sum + (each - share) ** 2, 0);
  const error = Math.sqrt(squares / Math.max(1, differences.length - 1) / differences.length);
  return { share, errors: share === 0 ? 0 : share / (error || Number.MIN_VALUE) };
}

/**
 * In standard errors: chance alone brings so much in one of ten. Whole lines, since at as many places characters and similarity tell a better model
 * from chance less often than lines do.
 */
const MORE_THAN_CHANCE = 1.28;

/**
 * The base stays, unless another gets more lines right at the validation places, by more than chance would bring; of such the best. What training
 * made no better on held-out files is no candidate.
 * @param measured the base last
 */
export function choose(
  measured: readonly Measured[],
  training: Training | undefined,
): { readonly used: Measured; readonly why: string } {
  const base = measured.at(-1) as Measured;
  const others = measured.slice(0, -1).map((each) => ({ each, ...lead(each, base) }));
  const places = base.scored.length;
  if (places === 0) return { used: base, why: 'there was no held-out file to choose by.' };
  const better = others.filter(
    ({ each, errors }) => errors > MORE_THAN_CHANCE && !(each.name === 'adapted' && training?.improved === false),
  );
  const best = better.reduce<(typeof better)[number] | undefined>(
    (high, each) => (high && high.share >= each.share ? high : each),
    undefined,
  );
  const on = `of ${places} validation places`;
  if (best) {
    const more = `${percent(best.share)} more lines right ${on} than the base, more than chance would bring`;
    return { used: best.each, why: `${titles[best.each.name]} gets ${more}.` };
  }
  const [first] = others;
  if (!first) return { used: base, why: 'the base is all there is.' };
  const { each, share } = first;
  if (each.name === 'adapted' && training?.improved === false)
    return { used: base, why: 'training made nothing better on the held-out files.' };
  const less =
    share > 0 ? 'more lines right, which may be chance' : share < 0 ? 'fewer lines right' : 'more lines right';
  return { used: base, why: `${titles[each.name]} gets ${percent(Math.abs(share))} ${less}, ${on}.` };
}
