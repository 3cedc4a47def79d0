// Fits the mixture's weights on lines of a folder that are not in its index.
import { fitGate, type GateExample, meanLogLoss, mixtureProbability } from '../../common/statistics/gate.ts';
import type { JointDrafter, LabelledQuery } from './joint-drafter.ts';
import { type MixWeights, plainMixWeights } from './mix-weights.ts';

export interface MixFit {
  readonly weights: MixWeights;
  /** Numbers of tokens and queries that the weights were fitted on. */
  readonly tokens: number;
  readonly queries: number;
  /** Mean log loss on those tokens, nats, of each model alone and of the mixture. */
  readonly loss: { readonly ngram: number; readonly neural: number; readonly mixed: number };
}

/**
 * The earlier weights count as this many examples. Of 1 to 3,000, and of no fit at all, this had the lowest loss on
 * other files.
 *
 * Fitting the ranking as well made it worse: on 25 to 100 positions it lost to its start on one of three packages,
 * whatever the prior. With a prior of 60 examples it lost a tenth of its likelihood with the medium base and two of a
 * hundred lines; with 3,000 it gained nothing. Its examples also cost a search each.
 */
const GATE_PRIOR = 200;

/** Runs the work of one position when the model is free. */
type RunInTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * The drafter uses the new weights from then on. Rejects as `runInTurn` does; the old weights then stay.
 * @param seconds no position is begun after so many
 */
export async function fitMixed(
  drafter: Pick<JointDrafter, 'weights' | 'gateExamples'>,
  queries: readonly LabelledQuery[],
  runInTurn: RunInTurn,
  progress: (value: { done: number; total: number }) => void,
  seconds = Number.POSITIVE_INFINITY,
): Promise<MixFit> {
  const earlierWeights = drafter.weights;
  const gateExamples: GateExample[] = [];
  const end = performance.now() + 1000 * seconds;
  let done = 0;
  for (const query of queries) {
    if (performance.now() > end) break;
    gateExamples.push(...(await runInTurn(() => drafter.gateExamples(query))));
    progress({ done: ++done, total: queries.length });
  }
  const gate = fitGate(gateExamples, earlierWeights.gate, GATE_PRIOR);
  const weights = plainMixWeights({ ...earlierWeights, gate });
  drafter.weights = weights;
  return {
    weights,
    tokens: gateExamples.length,
    queries: done,
    loss: {
      ngram: meanLogLoss(gateExamples, ({ second }) => second),
      neural: meanLogLoss(gateExamples, ({ first }) => first),
      mixed: meanLogLoss(gateExamples, (example) => mixtureProbability(example, gate)),
    },
  };
}
