// Learns the mixture's weights on places of files that are not in the index: first the gate, then, with it, the ranking.
import { type ChoiceExample, fitConditionalLogit } from '../fit/conditional-logit.ts';
import { fitGate, type GateExample, gated, meanLogLoss } from '../fit/gate.ts';
import type { Mixed } from './mixed.ts';
import type { MixFit, MixPlace } from './types.ts';
import { plainMixWeights } from './weights.ts';

/** The weights from before count as this many examples. */
const GATE_PRIOR = 50;
const RANKING_PRIOR = 60;

/** Runs one place's work when the model is free for it. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** The mixture uses the new weights from then on. Rejects as `turn` does; the old weights then stay. */
export async function fitMixed(
  mixed: Mixed,
  places: readonly MixPlace[],
  turn: Turn,
  progress: (value: { done: number; total: number }) => void,
  priors: { readonly gate: number; readonly ranking: number } = { gate: GATE_PRIOR, ranking: RANKING_PRIOR },
): Promise<MixFit> {
  const before = mixed.weights;
  const total = 2 * places.length;
  const tokens: GateExample[] = [];
  for (const [i, place] of places.entries()) {
    tokens.push(...(await turn(() => mixed.gateExamples(place))));
    progress({ done: i + 1, total });
  }
  const gate = fitGate(tokens, before.gate, priors.gate);
  const lines: ChoiceExample[] = [];
  mixed.weights = { ...before, gate };
  try {
    for (const [i, place] of places.entries()) {
      lines.push(await turn(() => mixed.rankingExample(place)));
      progress({ done: places.length + i + 1, total });
    }
  } catch (error) {
    mixed.weights = before;
    throw error;
  }
  const ranking = [...fitConditionalLogit(lines, before.ranking, priors.ranking)];
  const weights = plainMixWeights({ version: 1, gate, ranking });
  mixed.weights = weights;
  return {
    weights,
    tokens: tokens.length,
    places: places.length,
    loss: {
      ngram: meanLogLoss(tokens, ({ second }) => second),
      neural: meanLogLoss(tokens, ({ first }) => first),
      mixed: meanLogLoss(tokens, (example) => gated(example, gate)),
    },
  };
}
