// The router of a task with labels: what its estimates see of a text, and the large model's accuracy by label.
import { foldsOf } from '../../common/statistics/folds.ts';
import { logit } from '../../common/statistics/logistic.ts';
import {
  type AnsweredItem,
  enoughKnown,
  type FeatureTable,
  type FullyKnown,
  LocalOrLarge,
} from '../../routing/local-or-large.ts';

/** A text with out-of-fold probabilities of the local model. Labels are indices. */
export interface HeldOutText extends AnsweredItem<number> {
  readonly text: string;
  /** Probability of each label from the local model. */
  readonly probabilities: readonly number[];
  /** Whether the large model was shown, or would be shown, what the folder knows. */
  readonly informed?: boolean;
}

export type FullyKnownText = FullyKnown<HeldOutText, number>;
export type TextRouter = LocalOrLarge<number, HeldOutText>;

/** Minimum of fully known texts for fitting anything about the large model. */
const MIN_KNOWN = 40;
/** Assumed accuracy of the large model, and the number of texts of each label that the assumption counts as. */
const ASSUMED_ACCURACY = 0.9;
const ASSUMED_TEXTS = 4;
const FOLDS = 10;

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

/** @param apiAccuracy share of the large model's right answers, by the true label */
function labelTable(apiAccuracy: readonly number[]): FeatureTable<HeldOutText, number> {
  const numbersOf = ({ text, probabilities, informed }: HeldOutText) => {
    const [top = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
    const entropy = probabilities.reduce((sum, p) => sum - p * Math.log(Math.max(p, 1e-12)), 0);
    const expected = probabilities.reduce((sum, p, label) => sum + p * (apiAccuracy[label] as number), 0);
    const [before, after] = [logit(top, MARGIN), logit(expected, MARGIN)];
    const length = Math.log1p(text.length);
    const values = [before, logit(second, MARGIN), entropy, after, length, Number(informed === true)];
    return { values: Float64Array.from(values), before, after };
  };
  return {
    local: (item) => {
      const { values, before } = numbersOf(item);
      return { values, prior: before };
    },
    large: (item) => {
      const { values, after } = numbersOf(item);
      return { values, prior: after };
    },
    answered: (item, api) => {
      const { values, after } = numbersOf(item);
      const agrees = Number(mostLikely(item.probabilities) === api);
      return { values: Float64Array.of(...values, agrees, logit(item.probabilities[api] ?? 0, MARGIN)), prior: after };
    },
    localAnswer: ({ probabilities }) => mostLikely(probabilities),
    right: (label, accepted) => Number(label === accepted),
    // The likeliest label is not less likely than a label by chance, whatever a few wrong ones teach.
    bounded: (probability, { probabilities }) => Math.max(1 / probabilities.length, probability),
    minKnown: MIN_KNOWN,
    assumed: ASSUMED_ACCURACY,
    exported: { apiAccuracy },
  };
}

/**
 * Fits the router on out-of-fold probabilities. A text's features use the large model's accuracy on other texts, so
 * that no estimate is fitted on its own label.
 */
export function fitTextRouter(items: readonly HeldOutText[], labels: number): TextRouter {
  const known = enoughKnown<number, HeldOutText>(items, { minKnown: MIN_KNOWN });
  const folds = foldsOf(known.length, 1, FOLDS);
  const tableOf = (some: readonly FullyKnownText[]) => labelTable(apiAccuracyOf(some, labels));
  const tablesWithout = Array.from({ length: FOLDS }, (_, fold) => tableOf(known.filter((_, i) => folds[i] !== fold)));
  const tableWithout = (i: number) => tablesWithout[folds[i] as number] as ReturnType<typeof tableOf>;
  return new LocalOrLarge(tableOf(known), items, tableWithout);
}
