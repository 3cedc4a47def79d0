// Router of a task with text answers: expected similarity of draft and API answer to the accepted one.
import { editSimilarity } from '../../common/quality.ts';
import { type Estimate, estimateOf, fitEstimate, type LabelledVector } from '../../common/statistics/estimate.ts';
import { logit } from '../../common/statistics/logistic.ts';
import type { JudgedText } from '../labels/share-of-calls.ts';
import type { AnswerDraft } from './nearest-answers.ts';

/** A text with its out-of-fold local draft. */
export interface DraftedText {
  readonly id: string;
  readonly text: string;
  readonly draft: AnswerDraft;
  readonly api?: string | undefined;
  /** The answer that a person accepted. */
  readonly truth?: string | undefined;
}

export interface AnswerRouter {
  /** Estimated similarity to the accepted answer: before a call (local draft) and after it (API's answer). */
  readonly beforeCall: Estimate;
  readonly afterCall: Estimate;
  /** After a call too, once its answer is known: the likeness of both answers tells most. */
  readonly afterAnswer: Estimate;
  /** Without accepted answers, the API's answers count as right. */
  readonly trustsApi: boolean;
}

/** Assumed similarity of API answers until some can be compared with accepted ones. */
const ASSUMED_SIMILARITY = 0.7;

/** Similarity 0..1, with white space collapsed. */
export function answerSimilarity(answer: string, accepted: string): number {
  return editSimilarity(answer.replace(/\s+/g, ' '), accepted.replace(/\s+/g, ' '));
}

/** Similarities are kept this far away from 0 and 1. */
const MARGIN = 0.01;

function featuresOf({ text, draft: { answer, nearest, second, agreement } }: DraftedText): Float64Array {
  return Float64Array.of(
    nearest,
    nearest - second,
    agreement,
    nearest * agreement,
    Math.log1p(text.length),
    Math.log1p(answer.length),
  );
}

export function expectedAt(
  router: AnswerRouter,
  item: DraftedText,
): { readonly before: number; readonly after: number } {
  const values = featuresOf(item);
  const { draft } = item;
  return {
    before: draft.answer === '' ? 0 : estimateOf(router.beforeCall, values, logit(draft.nearest, MARGIN)),
    after: router.trustsApi ? 1 : estimateOf(router.afterCall, values, logit(ASSUMED_SIMILARITY, MARGIN)),
  };
}

function answeredFeatures(item: DraftedText, api: string): Float64Array {
  return Float64Array.of(...featuresOf(item), answerSimilarity(item.draft.answer, api));
}

/** Expected similarity of the API's answer to the accepted one. */
export function confidenceWith(router: AnswerRouter, item: DraftedText, api: string): number {
  if (router.trustsApi) return 1;
  return estimateOf(router.afterAnswer, answeredFeatures(item, api), logit(ASSUMED_SIMILARITY, MARGIN));
}

/** Without accepted answers, a draft is judged by its similarity to the API's answer. */
export function fitAnswerRouter(items: readonly DraftedText[]): AnswerRouter {
  const row = (item: DraftedText, prior: number, label: number, values = featuresOf(item)): LabelledVector => ({
    path: item.id,
    values,
    prior: logit(prior, MARGIN),
    label,
  });
  const rowsBeforeCall = items.flatMap((item) => {
    const accepted = item.truth ?? item.api;
    return accepted === undefined ? [] : [row(item, item.draft.nearest, answerSimilarity(item.draft.answer, accepted))];
  });
  const both = items.filter(({ api, truth }) => api !== undefined && truth !== undefined);
  const rowsAfterCall = (features: (item: DraftedText) => Float64Array) =>
    both.map((item) =>
      row(item, ASSUMED_SIMILARITY, answerSimilarity(item.api as string, item.truth as string), features(item)),
    );
  return {
    beforeCall: fitEstimate(rowsBeforeCall),
    afterCall: fitEstimate(rowsAfterCall(featuresOf)),
    afterAnswer: fitEstimate(rowsAfterCall((item) => answeredFeatures(item, item.api as string))),
    trustsApi: both.length === 0,
  };
}

/** Judges a text with an API answer, by the accepted answer; without one the API's answer is right. */
export function judgedAnswer(router: AnswerRouter, item: DraftedText): JudgedText {
  const { before, after } = expectedAt(router, item);
  const answer = item.api as string;
  const accepted = item.truth ?? answer;
  const api = answerSimilarity(answer, accepted);
  return {
    gain: after - before,
    beforeCall: before,
    afterCall: after,
    specialistRight: answerSimilarity(item.draft.answer, accepted),
    apiRight: api,
  };
}
