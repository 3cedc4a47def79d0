// The estimate that the large model's answer is right, once it is there: an answer that is the local draft, which the
// prompt showed, is right more often.
import { type Estimate, estimateOf, fitEstimate, type LabelledVector } from '../common/statistics/estimate.ts';
import { logit, sigmoid } from '../common/statistics/logistic.ts';
import { flag } from './features.ts';
import type { RouterModel } from './router-model.ts';

/**
 * Log-odds added to the estimate before the answer. Measured at 219 recorded cursors (bench -- evidence): 0.957 of the
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
    rows.map(({ path, pApi, agrees, right }): LabelledVector => ({ path, ...rowOf(pApi, agrees), label: flag(right) })),
  );
}

/** @param agrees whether the answer is the draft that was shown */
export function answerProbability({ parameters }: RouterModel, pApi: number, agrees: boolean): number {
  const { values, prior } = rowOf(pApi, agrees);
  return parameters.agreement === undefined ? sigmoid(prior) : estimateOf(parameters.agreement, values, prior);
}

function rowOf(pApi: number, agrees: boolean): Pick<LabelledVector, 'values' | 'prior'> {
  return { values: Float64Array.of(flag(agrees)), prior: logit(pApi) + (agrees ? SHIFT.agrees : SHIFT.differs) };
}
