// Who labels a text: two calibrated estimates, of the specialist being right and of being right once the API has
// answered, and what
// the API's answer then says together with the specialist's.
//
// An answer that was paid for is not simply taken: where the folder's own labels show that the large model confuses two
// of them, the
// specialist's opinion decides between them. Without labels that are known to be true, the API's answer is the last
// word, and the
// specialist is as good as it agrees with it.
import {
  type ChoiceExample,
  choiceProbabilities,
  fitConditionalLogit,
} from '../../common/statistics/conditional-logit.ts';
import { type Estimate, estimateOf, fitEstimate, type LabelledVector } from '../../common/statistics/estimate.ts';
import type { JudgedText } from './share-of-calls.ts';
import { foldsOf } from './text-specialist.ts';

/** A text that the specialist did not learn from, or its answer from heads that did not. */
export interface HeldOutText {
  readonly id: string;
  readonly text: string;
  /** Of each label, from the specialist. */
  readonly probabilities: readonly number[];
  /** Index of the API's answer, where it was asked and answered with a label. */
  readonly api?: number | undefined;
  /** Index of the true label, where somebody in the folder said it. */
  readonly truth?: number | undefined;
}

export interface TextRouter {
  /** Of how often the API says what where a label is true, [true label][answer]. */
  readonly confusion: readonly (readonly number[])[];
  /** Weights of the last word: see `options`; undefined: the API's answer is it. */
  readonly lastWord: readonly number[] | undefined;
  readonly before: Estimate;
  readonly after: Estimate;
  /** Texts with a truth and an answer; 0: p(API right) is an assumption. */
  readonly known: number;
}

/** Texts with both truth and answer below which nothing is learned about the API. */
const FEWEST_KNOWN = 40;
/** What the large model is taken for until then. */
const ASSUMED = 0.9;
/** The start of the last word's weights counts as so many texts. */
const LAST_WORD_PRIOR = 10;
const LAST_WORD_START = [1, 2];
const FOLDS = 10;

/**
 * Features of each label as the last word: log p of the specialist, whether the API says it, that again for each label,
 * and each label's level.
 */
function options(probabilities: readonly number[], api: number): ChoiceExample {
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

export type Both = HeldOutText & { readonly api: number; readonly truth: number };

/** What the API tells: how it confuses labels, and how its answer and the specialist's make one. */
type Knowledge = Pick<TextRouter, 'confusion' | 'lastWord'>;

function learnApi(items: readonly Both[], labels: number): Knowledge {
  const confusion = Array.from({ length: labels }, (_, truth) =>
    Array.from({ length: labels }, (_, api) => (truth === api ? 1 + ASSUMED : (2 * (1 - ASSUMED)) / labels)),
  );
  for (const { truth, api } of items) (confusion[truth] as number[])[api] = (confusion[truth]?.[api] ?? 0) + 1;
  const start = [...LAST_WORD_START, ...new Array<number>(2 * labels).fill(0)];
  const lastWord =
    items.length < FEWEST_KNOWN
      ? undefined
      : Array.from(
          fitConditionalLogit(
            items.map(({ probabilities, api, truth }) => ({ ...options(probabilities, api), right: truth })),
            start,
            LAST_WORD_PRIOR,
          ),
        );
  return {
    confusion: confusion.map((row) => row.map((count) => count / row.reduce((sum, each) => sum + each, 0))),
    lastWord,
  };
}

/** Of the texts, how many more are right by the last word than by the API alone. */
function rightMore(knowledge: Knowledge, items: readonly Both[]): number {
  const more = ({ probabilities, api, truth }: Both) =>
    Number(bestOf(afterCall(knowledge, probabilities, api)) === truth) - Number(api === truth);
  return items.reduce((sum, item) => sum + more(item), 0);
}

/** Probability of each label once the API has answered. */
export function afterCall(
  { lastWord }: Pick<TextRouter, 'lastWord'>,
  probabilities: readonly number[],
  api: number,
): number[] {
  if (lastWord === undefined) return probabilities.map((_, label) => (label === api ? 1 : 0));
  return choiceProbabilities(options(probabilities, api), lastWord);
}

/** Index of the largest. */
export function bestOf(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

function logit(p: number): number {
  const held = Math.min(0.995, Math.max(0.005, p));
  return Math.log(held / (1 - held));
}

/**
 * How sure one would be after a call, by all answers that the API may give, each as likely as the specialist and its
 * confusions make it.
 */
function foreseen(knowledge: Knowledge, probabilities: readonly number[]): number {
  if (knowledge.lastWord === undefined) return ASSUMED;
  return probabilities.reduce((sum, _, api) => {
    const likely = probabilities.reduce((all, p, truth) => all + p * (knowledge.confusion[truth]?.[api] as number), 0);
    return sum + likely * Math.max(...afterCall(knowledge, probabilities, api));
  }, 0);
}

/** What both estimates look at, and what each believes before it has learned from it. */
function rowsOf(knowledge: Knowledge, { id, text, probabilities }: HeldOutText) {
  const sorted = [...probabilities].sort((a, b) => b - a);
  const top = sorted[0] as number;
  const second = sorted[1] ?? 0;
  const entropy = probabilities.reduce((sum, p) => sum - p * Math.log(Math.max(p, 1e-12)), 0);
  const later = foreseen(knowledge, probabilities);
  const values = Float64Array.of(logit(top), logit(second), entropy, logit(later), Math.log1p(text.length));
  return { path: id, values, before: logit(top), after: logit(later) };
}

/** Both estimates at a text: p(specialist right), and p(right) once the API has answered. */
export function estimatesAt(
  coupling: TextRouter,
  item: HeldOutText,
): { readonly before: number; readonly after: number } {
  const row = rowsOf(coupling, item);
  return {
    before: estimateOf(coupling.before, row.values, row.before),
    after: coupling.known === 0 ? ASSUMED : estimateOf(coupling.after, row.values, row.after),
  };
}

/** The texts with truth and answer, each judged by a coupling that was fitted without it. */
export function crossJudged(
  items: readonly HeldOutText[],
  labels: number,
  folds = 5,
  seed = 1,
): (JudgedText<boolean> & { readonly id: string })[] {
  const known = items.filter(hasBoth);
  const fold = foldsOf(known.length, seed, folds);
  return Array.from({ length: folds }, (_, f) => {
    const inside = new Set(known.filter((_, i) => fold[i] === f));
    const coupling = fitTextRouter(
      items.filter((item) => !inside.has(item as Both)),
      labels,
    );
    return [...inside].map((item) => ({ id: item.id, ...judgedBy(coupling, item) }));
  }).flat();
}

export function hasBoth(item: HeldOutText): item is Both {
  return item.api !== undefined && item.truth !== undefined;
}

/** What the coupling makes of a text of which all is known. */
export function judgedBy(coupling: TextRouter, item: Both): JudgedText<boolean> {
  const { before, after } = estimatesAt(coupling, item);
  return {
    gain: after - before,
    before,
    after,
    specialistRight: bestOf(item.probabilities) === item.truth,
    apiRight: item.api === item.truth,
    pairRight: bestOf(afterCall(coupling, item.probabilities, item.api)) === item.truth,
  };
}

/**
 * Fits on texts whose probabilities come from heads that did not see them. What the API's answers teach is crossed once
 * more, so that
 * nothing is judged by what learned from it.
 */
export function fitTextRouter(items: readonly HeldOutText[], labels: number): TextRouter {
  const known = items.filter(hasBoth);
  const enough = known.length >= FEWEST_KNOWN;
  const folds = foldsOf(known.length, 1, FOLDS);
  const crossed = Array.from({ length: enough ? FOLDS : 0 }, (_, fold) => ({
    learned: learnApi(
      known.filter((_, i) => folds[i] !== fold),
      labels,
    ),
    inside: known.filter((_, i) => folds[i] === fold),
  }));
  // Where the specialist knows no more than the API taught it, its word against the API's is noise.
  const better = crossed.reduce((sum, { learned, inside }) => sum + rightMore(learned, inside), 0) > 0;
  const taken = (knowledge: Knowledge): Knowledge => (better ? knowledge : { ...knowledge, lastWord: undefined });
  const knowledge = taken(learnApi(enough ? known : [], labels));
  const before: LabelledVector[] = items.flatMap((item) => {
    const target = item.truth ?? item.api;
    if (target === undefined) return [];
    const row = rowsOf(knowledge, item);
    const label = Number(bestOf(item.probabilities) === target);
    return [{ path: item.id, values: row.values, prior: row.before, label }];
  });
  const after = crossed.flatMap(({ learned, inside }) =>
    inside.map((item): LabelledVector => {
      const row = rowsOf(taken(learned), item);
      const label = Number(bestOf(afterCall(taken(learned), item.probabilities, item.api)) === item.truth);
      return { path: item.id, values: row.values, prior: row.after, label };
    }),
  );
  return {
    ...knowledge,
    before: fitEstimate(before),
    after: fitEstimate(after),
    known: enough ? known.length : 0,
  };
}
