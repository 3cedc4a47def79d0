// The router's estimates, fitted on validation files and cross-validated by file: p(specialist right), p(API right)
// before and after its answer, and p(cut right).
import type { Draft } from '../common/completion.ts';
import { expectedCalibrationError } from '../common/statistics/calibrate.ts';
import {
  type Estimate,
  estimateOf,
  fitEstimate,
  type LabelledVector,
  measuredEstimate,
  type Numbers,
} from '../common/statistics/estimate.ts';
import { logit, sigmoid } from '../common/statistics/logistic.ts';
import type { Estimates } from './decision.ts';
import {
  cutPrior,
  FEATURES,
  features,
  flag,
  type PositionFacts,
  type RouterExample,
  specialistPrior,
} from './features.ts';
import { Nearby, type Neighbourhood, neighbourOf } from './neighbourhood.ts';
import type { RouterModel, RouterParameters } from './router-model.ts';
import { endOf, type ScoredCut } from './show.ts';

/** Maximum number of kept neighbours; each costs time at every keystroke. */
const MAX_NEIGHBOURS = 400;
/** More rows make the fit slower, not better. */
const MAX_CUTS = 4000;

/** What the estimates of a draft and of a cut see, the same for fitting and for deciding. */
const draftNumbers = (draft: Draft, position: PositionFacts): Numbers => {
  return { values: features(draft, position), prior: specialistPrior(draft) };
};
const cutNumbers = (cut: Draft, position: PositionFacts): Numbers => {
  return { values: features(cut, position), prior: cutPrior(cut, position) };
};

/**
 * Deterministic in the examples and their order. Without examples the priors. Empty drafts count for p(API right) only:
 * their p(specialist right) is 0 by definition, and would make the calibration look better than it is.
 */
export function fitRouter(examples: readonly RouterExample[]): RouterModel {
  const specialist = measuredEstimate(specialistRows(examples).map(({ row }) => row));
  const cutRows = examples.flatMap(({ path, position, cuts = [] }) =>
    cuts.map(({ draft: cut, right }): LabelledVector => {
      return { path, ...cutNumbers(cut, position), label: flag(right) };
    }),
  );
  const answered = examples.filter(({ apiRight }) => apiRight !== undefined);
  const api = apiEstimate(answered);
  return {
    version: 2,
    specialistExamples: specialist.rows,
    apiExamples: answered.length,
    specialistEce: specialist.ece,
    apiEce: api.ece,
    parameters: {
      features: FEATURES.map((f) => f.name),
      specialist: specialist.estimate,
      neighbourhood: api.neighbourhood,
      ...(answered.length > 0 && { agreement: fitAgreement(api.answers) }),
      cut: fitEstimate(evenSample(cutRows, MAX_CUTS)),
    } satisfies RouterParameters,
  };
}

type DraftedExample = Pick<RouterExample, 'path' | 'draft' | 'position' | 'specialistRight'>;

/** The rows of drafts that are not empty. */
function specialistRows<E extends DraftedExample>(examples: readonly E[]) {
  return examples
    .filter(({ draft }) => draft.text !== '')
    .map((example) => {
      const { path, draft, position, specialistRight } = example;
      const row: LabelledVector = { path, ...draftNumbers(draft, position), label: flag(specialistRight) };
      return { example, row };
    });
}

/** The neighbourhood of answers, its estimate of each answer without those in the same file, and its errors. */
function apiEstimate(answered: readonly RouterExample[]) {
  const sample = evenSample(answered, MAX_NEIGHBOURS);
  const neighbourhood: Neighbourhood = { places: sample.map(neighbourOf) };
  const nearby = new Nearby(neighbourhood);
  const byFile = Map.groupBy(sample.keys(), (i) => (sample[i] as RouterExample).path);
  const answers = answered.map(({ path, position, apiRight = false, apiAgrees = false }) => {
    const pApi = nearby.probabilityAt(position, new Set(byFile.get(path)));
    return { path, pApi, agrees: apiAgrees, right: apiRight };
  });
  if (byFile.size < 2) return { neighbourhood, answers, ece: undefined };
  const [probabilities, labels] = [answers.map(({ pApi }) => pApi), answers.map(({ right }) => flag(right))];
  return { neighbourhood, answers, ece: expectedCalibrationError(probabilities, labels) };
}

/** For folders without an adaptation: only the priors, 0 examples, and no calibration figures. */
export function defaultRouter(): RouterModel {
  return fitRouter([]);
}

/**
 * The estimate of each draft: of `known` drafts out of fold, of the others by a fit on all known ones. Empty drafts
 * have none.
 */
export function draftEstimates<K>(
  known: readonly (DraftedExample & { readonly of: K })[],
  others: readonly (Pick<RouterExample, 'draft' | 'position'> & { readonly of: K })[],
): Map<K, number> {
  const rows = specialistRows(known);
  const { estimate, outOfFold } = measuredEstimate(rows.map(({ row }) => row));
  const estimates = new Map(
    rows.map(({ example: { of }, row }) => [of, outOfFold.get(row) ?? estimateOf(estimate, row)]),
  );
  for (const { of, draft, position } of others)
    if (draft.text !== '') estimates.set(of, estimateOf(estimate, draftNumbers(draft, position)));
  return estimates;
}

/** The router for another API than it was fitted on: the prior for that API, the same specialist estimate. */
export function withoutApiFit(router: RouterModel): RouterModel {
  // What an agreement means was learned of the other API as well.
  const { agreement: _, ...others } = router.parameters;
  const parameters: RouterParameters = { ...others, neighbourhood: { places: [] } };
  return { ...router, apiExamples: 0, apiEce: undefined, parameters };
}

/** The router's estimates at a position. */
export function score(router: RouterModel, draft: Draft | undefined, position: PositionFacts): Estimates {
  const { specialist, neighbourhood } = router.parameters;
  const isEmpty = draft === undefined || draft.text === '';
  return {
    pSpecialist: isEmpty ? 0 : estimateOf(specialist, draftNumbers(draft, position)),
    pApi: nearbyOf(neighbourhood).probabilityAt(position),
    pApiIsPrior: router.apiExamples === 0,
  };
}

/** The neighbourhoods of routers, prepared once: a router is plain data, and is used at every key. */
const prepared = new WeakMap<Neighbourhood, Nearby>();

function nearbyOf(neighbourhood: Neighbourhood): Nearby {
  const nearby = prepared.get(neighbourhood) ?? new Nearby(neighbourhood);
  prepared.set(neighbourhood, nearby);
  return nearby;
}

/** The probability that the author's text begins with the cut. */
export function cutProbability({ parameters }: RouterModel, cut: Draft, position: PositionFacts): number {
  return estimateOf(parameters.cut, cutNumbers(cut, position));
}

/**
 * An answer that is the local draft, which the prompt showed, is right more often. Log-odds added to the estimate
 * before the answer. Measured at 219 recorded cursors (bench -- evidence): 0.957 of the
 * answers that were the draft were right, 0.840 of the others, 0.877 of all. Where they differed, the draft never was.
 */
const SHIFT = { agrees: 1.1, differs: -0.3 };

interface AnswerRow {
  readonly path: string;
  /** The estimate before the answer. */
  readonly pApi: number;
  readonly agrees: boolean;
  readonly right: boolean;
}

export function fitAgreement(rows: readonly AnswerRow[]): Estimate {
  return fitEstimate(
    rows.map(
      ({ path, pApi, agrees, right }): LabelledVector => ({ path, ...answerNumbers(pApi, agrees), label: flag(right) }),
    ),
  );
}

/** @param agrees whether the answer is the draft that was shown */
export function answerProbability({ parameters }: RouterModel, pApi: number, agrees: boolean): number {
  return estimateOf(parameters.agreement ?? {}, answerNumbers(pApi, agrees));
}

function answerNumbers(pApi: number, agrees: boolean): Numbers {
  return { values: Float64Array.of(flag(agrees)), prior: logit(pApi) + (agrees ? SHIFT.agrees : SHIFT.differs) };
}

/**
 * Log-odds. Estimates are fitted at random positions. A wrong draft may come at every key of its line, a right one only
 * until it is accepted, so fewer of the shown ones are right. Measured by replaying the keys of 13 passages in four
 * repositories, in TypeScript, JavaScript, Python, Go, Rust and Markdown: with -0.4, 0.73 was said where 0.66 came
 * true.
 */
export const SHOWN_SHIFT = -0.55;

/**
 * The probability that a shown cut is right; a longer cut never has a higher one.
 * @param cuts of one draft, shortest first
 */
export function scoreCuts(router: RouterModel, cuts: readonly Draft[], position: PositionFacts): ScoredCut[] {
  const whole = cuts.at(-1)?.text ?? '';
  let lowest = 1;
  return cuts.map((draft, i) => {
    lowest = Math.min(lowest, sigmoid(logit(cutProbability(router, draft, position)) + SHOWN_SHIFT));
    const next = cuts[i + 1]?.tokens[draft.tokens.length];
    const ends = endOf(whole, draft.text.length);
    return {
      text: draft.text,
      p: lowest,
      ...(ends && { ends }),
      ...(next !== undefined && { next: { text: next.text, p: next.probability } }),
    };
  });
}

function evenSample<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
