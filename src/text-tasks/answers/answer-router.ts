// The router of a task with text answers: it expects the similarity of draft and API answer to the accepted one.
import { editSimilarity } from '../../common/quality.ts';
import { logit } from '../../common/statistics/logistic.ts';
import { type AnsweredItem, type FeatureTable, LocalOrLarge } from '../../routing/local-or-large.ts';
import type { AnswerDraft } from './nearest-answers.ts';

/** A text with its out-of-fold local draft. */
export interface DraftedText extends AnsweredItem<string> {
  readonly text: string;
  readonly draft: AnswerDraft;
}

/** Assumed similarity of API answers, as a prior. */
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

const table: FeatureTable<DraftedText, string> = {
  local: (item) => ({ values: featuresOf(item), prior: logit(item.draft.nearest, MARGIN) }),
  large: (item) => ({ values: featuresOf(item), prior: logit(ASSUMED_SIMILARITY, MARGIN) }),
  answered: (item, api) => {
    const values = Float64Array.of(...featuresOf(item), answerSimilarity(item.draft.answer, api));
    return { values, prior: logit(ASSUMED_SIMILARITY, MARGIN) };
  },
  localAnswer: ({ draft }) => draft.answer,
  right: answerSimilarity,
  bounded: (similarity, { draft }) => (draft.answer === '' ? 0 : similarity),
  minKnown: 1,
  // Without accepted answers, the large model's count as right.
  assumed: 1,
};

export function fitAnswerRouter(items: readonly DraftedText[]): LocalOrLarge<string, DraftedText> {
  return new LocalOrLarge(table, items);
}
