// The local model of a task with text answers: the answers of the nearest texts, and a router that expects the
// similarity of draft and API answer to the accepted one.
import type { Result } from '../../common/errors.ts';
import { editSimilarity } from '../../common/quality.ts';
import { type Estimate, estimateOf, fitEstimate, type LabelledVector } from '../../common/statistics/estimate.ts';
import { logit } from '../../common/statistics/logistic.ts';
import type { AnswerExample, AnswerForm } from '../../prompts/answer/answer-prompt.ts';
import type { DocEdit } from '../../text/doc-comments.ts';
import type { SendableFolder } from '../../workspace/files/types.ts';
import { hashedRow, type Rarity } from '../labels/hashed-grams.ts';
import type { JudgedText } from '../labels/router.ts';

/** An opened, trusted folder, and the rules for sending its files. */
export interface OpenedFolder extends SendableFolder {
  /** The user's globs: files that they exclude are not sent. */
  readonly exclude: Readonly<Record<string, boolean>>;
}

export interface AnswerItem {
  readonly form: AnswerForm;
  /** Redacted, as the examples are. */
  readonly text: string;
  /** The most similar texts of the folder with their answers, nearest first. */
  readonly examples: readonly AnswerExample[];
  /** The draft without a large model; '': there is none. */
  readonly draft: string;
  /** Why nothing may be sent, for the user; absent: it may. */
  readonly withheld?: string;
  /** Puts the answer into the text that the request has. Absent: the answer stands alone. */
  readonly edit?: (answer: string) => Result<DocEdit>;
}

interface AnsweredText {
  /** Key of the text, so that its own answer can be left out. */
  readonly key: number;
  readonly text: string;
  readonly answer: string;
}

interface AnswerDraft {
  /** The draft; '' if there is no similar text. */
  readonly answer: string;
  /** Similarity of the text to the nearest and second nearest text, and of their answers, 0..1. */
  readonly nearest: number;
  readonly second: number;
  readonly agreement: number;
}

/** Maximum answers; the latest are kept. */
const MAX_ITEMS = 3000;
/** Columns that more than this share of texts have are ignored. */
const COMMON_SHARE = 0.25;
/** Maximum number of characters of an answer that are compared. */
const COMPARED_LENGTH = 160;

export class NearestAnswers {
  private readonly items: readonly AnsweredText[];
  private readonly rarity: Rarity;
  /** Column -> the texts that have it, with their weights. */
  private readonly lists = new Map<number, { readonly items: number[]; readonly weights: number[] }>();
  private readonly lengths: Float64Array;
  private readonly agreements = new Map<number, number>();

  constructor(items: readonly AnsweredText[], rarity: Rarity) {
    this.items = items.slice(-MAX_ITEMS);
    this.rarity = rarity;
    this.lengths = new Float64Array(this.items.length);
    this.items.forEach(({ text }, i) => {
      const { columns, values } = hashedRow(text, rarity);
      columns.forEach((column, k) => {
        const weight = values[k] as number;
        const list = this.lists.get(column) ?? { items: [], weights: [] };
        if (list.items.length === 0) this.lists.set(column, list);
        list.items.push(i);
        list.weights.push(weight);
        this.lengths[i] = (this.lengths[i] as number) + weight * weight;
      });
    });
    const limit = Math.max(20, COMMON_SHARE * this.items.length);
    for (const [column, list] of this.lists) if (list.items.length > limit) this.lists.delete(column);
  }

  /**
   * The most similar texts, nearest first, with similarity 0..1.
   * @param key key of the text, whose own answer is left out
   */
  nearest(text: string, key: number, count: number): { readonly item: AnsweredText; readonly similarity: number }[] {
    const { columns, values } = hashedRow(text, this.rarity);
    const sums = new Float64Array(this.items.length);
    let square = 0;
    columns.forEach((column, k) => {
      const weight = values[k] as number;
      square += weight * weight;
      const list = this.lists.get(column);
      list?.items.forEach((i, at) => {
        sums[i] = (sums[i] as number) + weight * (list.weights[at] as number);
      });
    });
    const best: { item: AnsweredText; similarity: number }[] = [];
    this.items.forEach((item, i) => {
      const similarity = (sums[i] as number) / Math.sqrt(square * (this.lengths[i] as number) || 1);
      if (item.key === key || (best.length === count && similarity <= (best.at(-1)?.similarity ?? 0))) return;
      const at = best.findIndex((other) => other.similarity < similarity);
      best.splice(at < 0 ? best.length : at, 0, { item, similarity });
      best.length = Math.min(best.length, count);
    });
    return best;
  }

  draft(text: string, key: number): AnswerDraft {
    const [first, second] = this.nearest(text, key, 2);
    if (first === undefined) return { answer: '', nearest: 0, second: 0, agreement: 0 };
    return {
      answer: replaceName(first.item, text),
      nearest: first.similarity,
      second: second?.similarity ?? 0,
      agreement: second === undefined ? 0 : this.agreement(first.item, second.item),
    };
  }

  private agreement(a: AnsweredText, b: AnsweredText): number {
    const pair = a.key * 31 + b.key;
    const cached = this.agreements.get(pair);
    if (cached !== undefined) return cached;
    const agreement = editSimilarity(a.answer.slice(0, COMPARED_LENGTH), b.answer.slice(0, COMPARED_LENGTH));
    this.agreements.set(pair, agreement);
    return agreement;
  }
}

/** The answer with the other text's name replaced by this text's. */
function replaceName({ text: other, answer }: AnsweredText, text: string): string {
  const [oldName, newName] = [nameIn(other), nameIn(text)];
  if (oldName === undefined || newName === undefined || oldName.length < 3) return answer;
  return answer.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${oldName}(?![\\p{L}\\p{N}_])`, 'gu'), newName);
}

/** The name of the function or variable that the text declares. */
export function nameIn(text: string): string | undefined {
  const head = text.slice(0, 300);
  const declared =
    /^[^\n]*?\b(?:function\*?|func|fun|fn|def)\s+(?:\([^)]*\)\s*)?([\p{L}_][\p{L}\p{N}_]*)/mu.exec(head) ??
    /^[^\n=(]*?\b(?:const|let|var)\s+([\p{L}_][\p{L}\p{N}_]*)\s*=/mu.exec(head) ??
    /^[^\n(=]*?([\p{L}_][\p{L}\p{N}_]*)\s*(?:<[^\n(]*>)?\([^\n]*[{:]?\s*$/mu.exec(head);
  return declared?.[1];
}

/** A text with its out-of-fold local draft. */
export interface DraftedText {
  readonly id: string;
  readonly text: string;
  readonly draft: AnswerDraft;
  readonly api?: string | undefined;
  /** The answer that a person accepted. */
  readonly truth?: string | undefined;
}

interface AnswerRouter {
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
