// Router of a task with labels: calibrated estimates that the local model is right, and that the large model is, before a
// call and once its answer is known. Without labels of people, agreement with the large model counts as being right.
import { type Estimate, estimateOf, fitEstimate, type LabelledVector } from '../../common/statistics/estimate.ts';
import { foldsOf } from '../../common/statistics/folds.ts';
import { logit } from '../../common/statistics/logistic.ts';

/** Whether a label is right; for text answers, the similarity to the accepted answer, 0..1. */
type Right = boolean | number;

/** A text with both answers and the accepted one, judged by a router that was fitted without it. */
export interface JudgedText<R extends Right = Right> {
  /** Expected gain of a call in p(right). */
  readonly gain: number;
  /** Estimates of being right before a call (local model) and after it (large model). */
  readonly beforeCall: number;
  readonly afterCall: number;
  readonly specialistRight: R;
  readonly apiRight: R;
}

/** Mean of right answers if the given share of texts, those with the largest score, is sent to the API. */
export function accuracyAt<J extends JudgedText>(
  judged: readonly J[],
  share: number,
  score: (item: J) => number,
): number {
  const calls = Math.round(share * judged.length);
  const order = [...judged].sort((a, b) => score(b) - score(a));
  return (
    order.reduce((sum, item, i) => sum + Number(i < calls ? item.apiRight : item.specialistRight), 0) / judged.length
  );
}

export interface Risk {
  /** Texts whose gain is below this stay local. */
  readonly keepBelow: number;
  /** Share of the calibration texts that stays local. */
  readonly localShare: number;
  /** Number of calibration texts, and the loss that is not exceeded. */
  readonly texts: number;
  readonly loss: number;
}

/**
 * The limit below which texts may stay local at an expected loss of at most `loss`: conformal risk control (Angelopoulos
 * et al. 2022, arXiv 2208.02814). A text's loss is how much better the API's answer is, 0..1. The bound holds for texts
 * that are exchangeable with these, if nothing was fitted on these. Undefined: too few texts.
 */
export function riskAt(
  judged: readonly Pick<JudgedText, 'gain' | 'specialistRight' | 'apiRight'>[],
  loss: number,
): Risk | undefined {
  const maximum = loss * (judged.length + 1) - 1 + 1e-9;
  if (maximum < 0) return undefined;
  let lost = 0;
  const order = [...judged].sort((a, b) => a.gain - b.gain);
  const first = order.find(({ specialistRight, apiRight }) => {
    lost += Math.max(0, Number(apiRight) - Number(specialistRight));
    return lost > maximum;
  });
  const keepBelow = first?.gain ?? Number.POSITIVE_INFINITY;
  const local = judged.filter(({ gain }) => gain < keepBelow);
  return { keepBelow, localShare: local.length / judged.length, texts: judged.length, loss };
}

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
  /** Share of the large model's right answers, by the true label. */
  readonly apiAccuracy: readonly number[];
  readonly beforeCall: Estimate;
  readonly afterCall: Estimate;
  /** After a call too, once its answer is known: whether both models agree tells most. */
  readonly afterAnswer: Estimate;
  /** Number of fully known texts; 0: the estimates after a call are an assumption. */
  readonly known: number;
}

/** Minimum of fully known texts for fitting anything about the large model. */
const MIN_KNOWN = 40;
/** Assumed accuracy of the large model, and the number of texts of each label that the assumption counts as. */
const ASSUMED_ACCURACY = 0.9;
const ASSUMED_TEXTS = 4;
const FOLDS = 10;

export type FullyKnownText = HeldOutText & { readonly api: number; readonly truth: number };

function apiAccuracyOf(items: readonly FullyKnownText[], labels: number): number[] {
  const counts = Array.from({ length: labels }, () => ({
    right: ASSUMED_TEXTS * ASSUMED_ACCURACY,
    all: ASSUMED_TEXTS,
  }));
  for (const { truth, api } of items) {
    const count = counts[truth] as (typeof counts)[number];
    count.right += Number(truth === api);
    count.all += 1;
  }
  return counts.map(({ right, all }) => right / all);
}

/** Index of the largest probability. */
export function mostLikely(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** Probabilities of a label are kept this far away from 0 and 1. */
const MARGIN = 0.005;

/** Features of the estimates before an answer is known, and the prior logit of each. */
function featuresOf(apiAccuracy: readonly number[], { text, probabilities, informed }: HeldOutText) {
  const [top = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  const entropy = probabilities.reduce((sum, p) => sum - p * Math.log(Math.max(p, 1e-12)), 0);
  const api = logit(
    probabilities.reduce((sum, p, label) => sum + p * (apiAccuracy[label] as number), 0),
    MARGIN,
  );
  const values = [
    logit(top, MARGIN),
    logit(second, MARGIN),
    entropy,
    api,
    Math.log1p(text.length),
    Number(informed === true),
  ];
  return { values: Float64Array.from(values), before: logit(top, MARGIN), after: api };
}

/** The features once the large model has answered. */
function answeredFeatures(apiAccuracy: readonly number[], item: HeldOutText, api: number) {
  const { values, after } = featuresOf(apiAccuracy, item);
  const agrees = Number(mostLikely(item.probabilities) === api);
  return { values: Float64Array.of(...values, agrees, logit(item.probabilities[api] ?? 0, MARGIN)), prior: after };
}

/** Probability that the large model's answer is right. @param api index of its label */
export function confidenceWith(router: TextRouter, item: HeldOutText, api: number): number {
  if (router.known === 0) return ASSUMED_ACCURACY;
  const { values, prior } = answeredFeatures(router.apiAccuracy, item, api);
  return estimateOf(router.afterAnswer, values, prior);
}

/** Probability of being right before a call (local model) and after it (large model). */
export function estimatesFor(
  router: TextRouter,
  item: HeldOutText,
): { readonly before: number; readonly after: number } {
  const { values, before, after } = featuresOf(router.apiAccuracy, item);
  return {
    // The likeliest label is not less likely than a label by chance, whatever a few wrong ones teach.
    before: Math.max(1 / item.probabilities.length, estimateOf(router.beforeCall, values, before)),
    after: router.known === 0 ? ASSUMED_ACCURACY : estimateOf(router.afterCall, values, after),
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
  };
}

/**
 * Fits the router on out-of-fold probabilities. A text's features use the large model's accuracy on other texts, so that
 * no estimate is fitted on its own label.
 */
export function fitTextRouter(items: readonly HeldOutText[], labels: number): TextRouter {
  const fullyKnown = items.filter(isFullyKnown);
  const known = fullyKnown.length >= MIN_KNOWN ? fullyKnown : [];
  const folds = foldsOf(known.length, 1, FOLDS);
  const accuracyWithout = Array.from({ length: FOLDS }, (_, fold) =>
    apiAccuracyOf(
      known.filter((_, i) => folds[i] !== fold),
      labels,
    ),
  );
  const apiAccuracy = apiAccuracyOf(known, labels);
  const rowsBeforeCall: LabelledVector[] = items.flatMap((item) => {
    const target = item.truth ?? item.api;
    if (target === undefined) return [];
    const { values, before } = featuresOf(apiAccuracy, item);
    return [{ path: item.id, values, prior: before, label: Number(mostLikely(item.probabilities) === target) }];
  });
  const rowsAfterCall = (features: typeof answeredFeatures) =>
    known.map((item, i): LabelledVector => {
      const row = features(accuracyWithout[folds[i] as number] as number[], item, item.api);
      return { path: item.id, ...row, label: Number(item.api === item.truth) };
    });
  return {
    apiAccuracy,
    beforeCall: fitEstimate(rowsBeforeCall),
    afterCall: fitEstimate(
      rowsAfterCall((accuracy, item) => {
        const { values, after } = featuresOf(accuracy, item);
        return { values, prior: after };
      }),
    ),
    afterAnswer: fitEstimate(rowsAfterCall(answeredFeatures)),
    known: known.length,
  };
}
