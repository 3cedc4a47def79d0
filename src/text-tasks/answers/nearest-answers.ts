// The local model of a task with text answers: the answers of the nearest texts.
import { editSimilarity } from '../../common/quality.ts';
import { hashedRow, type Rarity } from '../labels/hashed-grams.ts';

interface AnsweredText {
  /** Key of the text, so that its own answer can be left out. */
  readonly key: number;
  readonly text: string;
  readonly answer: string;
}

export interface AnswerDraft {
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
