// Learns the mixture's gate on places of files that are not in the index. The ranking stays as it was: see below.
import { fitGate, type GateExample, gated, meanLogLoss } from '../../common/statistics/gate.ts';
import type { MixtureSpecialist } from './mixture-specialist.ts';
import type { LabeledQuery, MixFit } from './types.ts';
import { plainMixWeights } from './weights.ts';

/**
 * The weights from before count as this many examples: of 1 to 3,000, and of never moving them, the loss at other files was the lowest.
 *
 * The ranking was learned here, too. From 25 to 100 places of one of three packages it lost to its start whatever that counted for: as 60 examples a
 * tenth of its likelihood with the medium base and two of a hundred lines, as 3,000 nothing. And its examples cost a search each.
 */
const GATE_PRIOR = 200;

/** Runs one place's work when the model is free for it. */
export type ModelTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** The mixture uses the new weights from then on. Rejects as `turn` does; the old weights then stay. */
export async function fitMixed(
  mixed: MixtureSpecialist,
  places: readonly LabeledQuery[],
  turn: ModelTurn,
  progress: (value: { done: number; total: number }) => void,
  prior = GATE_PRIOR,
): Promise<MixFit> {
  const before = mixed.weights;
  const tokens: GateExample[] = [];
  for (const [i, place] of places.entries()) {
    tokens.push(...(await turn(() => mixed.gateExamples(place))));
    progress({ done: i + 1, total: places.length });
  }
  const gate = fitGate(tokens, before.gate, prior);
  const weights = plainMixWeights({ ...before, gate });
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
