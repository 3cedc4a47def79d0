// Chooses the model to keep on validation positions. Test positions are measured once, after the choice.
import { ofHundred, percent } from '../common/format.ts';
import { likelierBy } from '../common/quality.ts';
import type { ScoredPosition } from './positions/scored-positions.ts';
import type { MixedQuality, NeuralReport } from './report/adapt-report.ts';

/** A model and the folder of its base. */
export interface ModelCandidate {
  readonly name: NeuralReport['used'];
  readonly model: string;
  readonly base: string;
}

/** With its drafts at the validation positions. */
export interface MeasuredModel extends ModelCandidate {
  readonly scored: readonly ScoredPosition[];
  readonly quality: MixedQuality;
}

export const titles = {
  adapted: 'the adapted model',
  earlier: 'the earlier model',
  base: 'the base',
} as const satisfies Readonly<Record<ModelCandidate['name'], string>>;

/** The difference of two models at the same positions, and the same in standard errors. */
interface Lead {
  readonly difference: number;
  readonly standardErrors: number;
}

/** Difference in exact matches, as a share of the positions. */
function leadInLines(one: MeasuredModel, other: MeasuredModel): Lead {
  return leadOf(one.scored.map(({ right }, i) => [Number(right) - Number(other.scored[i]?.right), 1]));
}

/** Difference in loss on the author's text, nats per token, at positions where both losses are known. */
function leadInLoss(one: MeasuredModel, other: MeasuredModel): Lead {
  const pairs = one.scored.map(({ loss }, i) => ({ loss, otherLoss: other.scored[i]?.loss }));
  const knownLosses = pairs.flatMap(({ loss, otherLoss }) =>
    loss && otherLoss ? [[otherLoss.nats - loss.nats, loss.tokens] as const] : [],
  );
  return leadOf(knownLosses);
}

/**
 * A weighted mean and its error: the ratio estimator (Cochran 1977, Sampling Techniques, 6.4) over positions.
 * @param positions sum and weight of each position
 */
function leadOf(positions: readonly (readonly [sum: number, weight: number])[]): Lead {
  const weight = positions.reduce((sum, [, each]) => sum + each, 0);
  if (weight === 0) return { difference: 0, standardErrors: 0 };
  const difference = positions.reduce((sum, [each]) => sum + each, 0) / weight;
  const squares = positions.reduce((sum, [each, of]) => sum + (each - difference * of) ** 2, 0);
  const error = Math.sqrt((squares * positions.length) / Math.max(1, positions.length - 1)) / weight;
  return { difference, standardErrors: difference === 0 ? 0 : difference / (error || Number.MIN_VALUE) };
}

/** Standard errors: one-sided 10% for exact matches, 5% for losses, because a better loss helps a user less. */
const MORE_THAN_CHANCE = { lines: 1.28, loss: 1.64 } as const;

/**
 * The base stays unless another model is better at the validation positions. Better means significantly more exact
 * matches, or no fewer matches and a significantly lower loss: at the fifty positions that a slow machine has time for,
 * matches alone show no difference below 10%. Of better models, the one with the most matches is used. A model whose
 * training did not lower the held-out loss is not a candidate.
 * @param measured the base last, or another model that stays if none is better
 */
export function choose(
  measured: readonly MeasuredModel[],
  training: { readonly improved: boolean | undefined } | undefined,
): { readonly used: MeasuredModel; readonly why: string } {
  const base = measured.at(-1) as MeasuredModel;
  const mayBeChosen = ({ name }: MeasuredModel) => name !== 'adapted' || training?.improved !== false;
  const others = measured.slice(0, -1).map((each) => {
    const [lines, loss] = [leadInLines(each, base), leadInLoss(each, base)];
    const likelier = lines.difference >= 0 && loss.standardErrors > MORE_THAN_CHANCE.loss;
    return { each, lines, loss, better: lines.standardErrors > MORE_THAN_CHANCE.lines || likelier };
  });
  const positions = base.scored.length;
  if (positions === 0) return { used: base, why: 'there were no held-out files to compare on.' };
  const atPositions = `at the ${positions} validation positions`;
  const [best] = others
    .filter(({ each, better }) => better && mayBeChosen(each))
    .sort((a, b) => b.lines.difference - a.lines.difference || b.loss.difference - a.loss.difference);
  if (best) {
    const { each, lines, loss } = best;
    const more = `${ofHundred(lines.difference)} more of 100 lines right than ${titles[base.name]} ${atPositions}`;
    if (lines.standardErrors > MORE_THAN_CHANCE.lines)
      return { used: each, why: `${titles[each.name]} gets ${more}, which chance does not explain.` };
    const level = lines.difference > 0 ? more : `as many lines right as ${titles[base.name]} ${atPositions}`;
    const word = `it gives the author’s text ${percent(likelierBy(loss.difference))} more probability, which chance does not explain`;
    return { used: each, why: `${titles[each.name]} gets ${level}, and ${word}.` };
  }
  const [first] = others;
  if (!first) return { used: base, why: `${titles[base.name]} is the only model.` };
  if (!mayBeChosen(first.each)) return { used: base, why: 'training did not lower the loss on the held-out files.' };
  const { difference } = first.lines;
  const lines = `${ofHundred(Math.abs(difference))} ${difference < 0 ? 'fewer' : 'more'} of 100 lines right`;
  const doubt = difference > 0 ? ', which may be chance' : '';
  return { used: base, why: `${titles[first.each.name]} gets ${lines}${doubt}, ${atPositions}.` };
}
