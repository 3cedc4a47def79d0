// Router of a task with labels: calibrated estimates of being right before a call (local model) and after it.
//
// After a call, a combiner weighs both answers: if labels of people show that the large model confuses two labels, the
// local model may decide between them. Without labels of people, the large model's answer is used, and agreement with it
// counts as being right.
import {
  type ChoiceExample,
  choiceProbabilities,
  fitConditionalLogit,
} from '../../common/statistics/conditional-logit.ts';
import { type Estimate, estimateOf, fitEstimate, type LabelledVector } from '../../common/statistics/estimate.ts';
import type { JudgedText } from './share-of-calls.ts';
import { foldsOf } from './text-specialist.ts';

/** A text with out-of-fold probabilities of the local model. */
export interface HeldOutText {
  readonly id: string;
  readonly text: string;
  /** Probability of each label from the local model. */
  readonly probabilities: readonly number[];
  /** Index of the large model's label; undefined: not asked, or its answer was no label. */
  readonly api?: number | undefined;
  /** Whether the large model was shown, or would be shown, what the folder knows. */
  readonly informed?: boolean;
  /** Index of the label that a person gave. */
  readonly truth?: number | undefined;
}

export interface TextRouter {
  /** Probability of each answer of the large model given the true label: [true label][answer]. */
  readonly confusion: readonly (readonly number[])[];
  /** Weights for the features of `combinerChoice`; undefined: the large model's answer is used. */
  readonly combinerWeights: readonly number[] | undefined;
  readonly beforeCall: Estimate;
  readonly afterCall: Estimate;
  /** After a call too, once its answer is known: whether both models agree tells most. */
  readonly afterAnswer: Estimate;
  /** Number of fully known texts; 0: the estimate after a call is an assumption. */
  readonly known: number;
}

/** Minimum of fully known texts for fitting anything about the large model. */
const MIN_KNOWN = 40;
/** Assumed accuracy of the large model until then. */
const ASSUMED_ACCURACY = 0.9;
/** Number of texts that the combiner's prior counts as. */
const COMBINER_PRIOR = 10;
const COMBINER_START = [1, 2];
const FOLDS = 10;

/**
 * Features of each label as the combined answer: log p of the local model, whether the large model answered it, the same
 * per label, and a bias per label.
 */
function combinerChoice(probabilities: readonly number[], api: number): ChoiceExample {
  const labels = probabilities.length;
  const candidates = probabilities.map((p, label) => {
    const features = new Float32Array(2 + 2 * labels);
    features[0] = Math.log(Math.max(p, 1e-6));
    if (api === label) features[1] = features[2 + label] = 1;
    features[2 + labels + label] = 1;
    return { features };
  });
  return { candidates, none: undefined, right: 0 };
}

export type FullyKnownText = HeldOutText & { readonly api: number; readonly truth: number };

/** What was fitted about the large model. */
type LlmModel = Pick<TextRouter, 'confusion' | 'combinerWeights'>;

function fitLlmModel(items: readonly FullyKnownText[], labels: number): LlmModel {
  const confusion = Array.from({ length: labels }, (_, truth) =>
    Array.from({ length: labels }, (_, api) =>
      truth === api ? 1 + ASSUMED_ACCURACY : (2 * (1 - ASSUMED_ACCURACY)) / labels,
    ),
  );
  for (const { truth, api } of items) (confusion[truth] as number[])[api] = (confusion[truth]?.[api] ?? 0) + 1;
  const start = [...COMBINER_START, ...new Array<number>(2 * labels).fill(0)];
  const combinerWeights =
    items.length < MIN_KNOWN
      ? undefined
      : Array.from(
          fitConditionalLogit(
            items.map(({ probabilities, api, truth }) => ({ ...combinerChoice(probabilities, api), right: truth })),
            start,
            COMBINER_PRIOR,
          ),
        );
  return {
    confusion: confusion.map((row) => row.map((count) => count / row.reduce((sum, each) => sum + each, 0))),
    combinerWeights,
  };
}

/** How many more texts the combiner gets right than the large model alone. */
function extraRight(llmModel: LlmModel, items: readonly FullyKnownText[]): number {
  const extra = ({ probabilities, api, truth }: FullyKnownText) =>
    Number(mostLikely(probabilitiesAfterCall(llmModel, probabilities, api)) === truth) - Number(api === truth);
  return items.reduce((sum, item) => sum + extra(item), 0);
}

/** Probability of each label after a call. @param api index of the large model's label */
export function probabilitiesAfterCall(
  { combinerWeights }: Pick<TextRouter, 'combinerWeights'>,
  probabilities: readonly number[],
  api: number,
): number[] {
  if (combinerWeights === undefined) return probabilities.map((_, label) => (label === api ? 1 : 0));
  return choiceProbabilities(combinerChoice(probabilities, api), combinerWeights);
}

/** Index of the largest probability. */
export function mostLikely(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

function logit(p: number): number {
  const clamped = Math.min(0.995, Math.max(0.005, p));
  return Math.log(clamped / (1 - clamped));
}

/** Expected confidence after a call: the mean over all answers, weighted by their probability. */
function expectedConfidence(llmModel: LlmModel, probabilities: readonly number[]): number {
  if (llmModel.combinerWeights === undefined) return ASSUMED_ACCURACY;
  return probabilities.reduce((sum, _, api) => {
    const answerProbability = probabilities.reduce(
      (all, p, truth) => all + p * (llmModel.confusion[truth]?.[api] as number),
      0,
    );
    return sum + answerProbability * Math.max(...probabilitiesAfterCall(llmModel, probabilities, api));
  }, 0);
}

/** Features of both estimates, and the prior logit of each. */
function featuresOf(llmModel: LlmModel, { id, text, probabilities, informed }: HeldOutText) {
  const sorted = [...probabilities].sort((a, b) => b - a);
  const top = sorted[0] as number;
  const second = sorted[1] ?? 0;
  const entropy = probabilities.reduce((sum, p) => sum - p * Math.log(Math.max(p, 1e-12)), 0);
  const expectedAfter = expectedConfidence(llmModel, probabilities);
  const values = Float64Array.of(
    logit(top),
    logit(second),
    entropy,
    logit(expectedAfter),
    Math.log1p(text.length),
    Number(informed === true),
  );
  return { path: id, values, before: logit(top), after: logit(expectedAfter) };
}

/** The features once the large model has answered. */
function answeredFeatures(llmModel: LlmModel, item: HeldOutText, api: number) {
  const { values } = featuresOf(llmModel, item);
  const { probabilities } = item;
  const combined = Math.max(...probabilitiesAfterCall(llmModel, probabilities, api));
  const agrees = Number(mostLikely(probabilities) === api);
  return {
    values: Float64Array.of(...values, agrees, logit(probabilities[api] ?? 0)),
    prior: logit(llmModel.combinerWeights === undefined ? ASSUMED_ACCURACY : combined),
  };
}

/** Probability that the combined answer is right. @param api index of the large model's label */
export function confidenceWith(router: TextRouter, item: HeldOutText, api: number): number {
  if (router.known === 0) return ASSUMED_ACCURACY;
  const { values, prior } = answeredFeatures(router, item, api);
  return estimateOf(router.afterAnswer, values, prior);
}

/** Probability of being right before a call (local model) and after it. */
export function estimatesFor(
  router: TextRouter,
  item: HeldOutText,
): { readonly before: number; readonly after: number } {
  const row = featuresOf(router, item);
  return {
    before: estimateOf(router.beforeCall, row.values, row.before),
    after: router.known === 0 ? ASSUMED_ACCURACY : estimateOf(router.afterCall, row.values, row.after),
  };
}

export function isFullyKnown(item: HeldOutText): item is FullyKnownText {
  return item.api !== undefined && item.truth !== undefined;
}

/** The router's estimates and the answers of a fully known text. */
export function judgeText(router: TextRouter, item: FullyKnownText): JudgedText<boolean> {
  const { before, after } = estimatesFor(router, item);
  return {
    gain: after - before,
    beforeCall: before,
    afterCall: after,
    specialistRight: mostLikely(item.probabilities) === item.truth,
    apiRight: item.api === item.truth,
    pairRight: mostLikely(probabilitiesAfterCall(router, item.probabilities, item.api)) === item.truth,
  };
}

/**
 * Fits the router on out-of-fold probabilities. The combiner is cross-fitted too, so that the estimate after a call is
 * not fitted on the combiner's own training texts.
 */
export function fitTextRouter(items: readonly HeldOutText[], labels: number): TextRouter {
  const knownItems = items.filter(isFullyKnown);
  const enough = knownItems.length >= MIN_KNOWN;
  const folds = foldsOf(knownItems.length, 1, FOLDS);
  const foldModels = Array.from({ length: enough ? FOLDS : 0 }, (_, fold) => ({
    fitted: fitLlmModel(
      knownItems.filter((_, i) => folds[i] !== fold),
      labels,
    ),
    heldOut: knownItems.filter((_, i) => folds[i] === fold),
  }));
  // If the combiner is not better out of fold, the local model adds only noise to the large model's answer.
  const isCombinerUseful = foldModels.reduce((sum, { fitted, heldOut }) => sum + extraRight(fitted, heldOut), 0) > 0;
  const dropUselessCombiner = (llmModel: LlmModel): LlmModel =>
    isCombinerUseful ? llmModel : { ...llmModel, combinerWeights: undefined };
  const llmModel = dropUselessCombiner(fitLlmModel(enough ? knownItems : [], labels));
  const rowsBeforeCall: LabelledVector[] = items.flatMap((item) => {
    const target = item.truth ?? item.api;
    if (target === undefined) return [];
    const row = featuresOf(llmModel, item);
    const label = Number(mostLikely(item.probabilities) === target);
    return [{ path: item.id, values: row.values, prior: row.before, label }];
  });
  const rowsOf = (rowOf: (fitted: LlmModel, item: FullyKnownText) => Pick<LabelledVector, 'values' | 'prior'>) =>
    foldModels.flatMap(({ fitted, heldOut }) =>
      heldOut.map((item): LabelledVector => {
        const foldModel = dropUselessCombiner(fitted);
        const answer = mostLikely(probabilitiesAfterCall(foldModel, item.probabilities, item.api));
        return { path: item.id, ...rowOf(foldModel, item), label: Number(answer === item.truth) };
      }),
    );
  const rowsAfterCall = rowsOf((fitted, item) => {
    const { values, after } = featuresOf(fitted, item);
    return { values, prior: after };
  });
  return {
    ...llmModel,
    beforeCall: fitEstimate(rowsBeforeCall),
    afterCall: fitEstimate(rowsAfterCall),
    afterAnswer: fitEstimate(rowsOf((fitted, item) => answeredFeatures(fitted, item, item.api))),
    known: enough ? knownItems.length : 0,
  };
}
