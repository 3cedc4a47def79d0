// The neural model's prompt at a cursor, in the form that the base was trained on:
//   [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX
// The middle goes on from the prefix, so a keystroke adds tokens at the end only; the planner keeps all before them as it was.
import type { CompletionQuery, Snippet } from '../common/completion.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { dialectTokens } from '../package/dialects.ts';
import { lineAfter } from '../text/lines.ts';

/** Tokens of each part at most. `prefix` is what a fresh prompt takes, `grown` when a new one is made. */
export interface PromptLimits {
  readonly prefix: number;
  readonly grown: number;
  readonly suffix: number;
  readonly snippets: number;
  readonly head: number;
}

export const DEFAULT_LIMITS: PromptLimits = { prefix: 256, grown: 448, suffix: 64, snippets: 144, head: 40 };

interface Plan {
  readonly path: string;
  /** Snippets, file name, suffix. */
  readonly head: readonly number[];
  readonly suffix: readonly number[];
  /** First token of the prefix, as an index into the file's tokens, and that token and the ones after it. */
  readonly start: number;
  readonly opening: readonly number[];
}

/** Tokens that tell whether a prefix still begins where it did. */
const OPENING = 12;
/** Plans kept: the user goes to and fro between a few places. */
const PLANS = 4;

export class PromptPlanner {
  private readonly vocabulary: Vocabulary;
  private readonly limits: PromptLimits;
  private readonly tokens: ReturnType<typeof dialectTokens>;
  private plans: Plan[] = [];

  /** Throws CodedError 'unsupported' where the tokenizer lacks a token of the form. */
  constructor(vocabulary: Vocabulary, limits: PromptLimits = DEFAULT_LIMITS) {
    this.vocabulary = vocabulary;
    this.limits = limits;
    this.tokens = dialectTokens(vocabulary.tokenizer);
  }

  /**
   * Token ids of the prompt; those of the prefix are `own`'s, up to the healed cursor.
   * @param snippets asked for only where a new prompt is made
   */
  plan(query: CompletionQuery, own: OwnFile, snippets: () => readonly Snippet[]): number[] {
    const suffix = this.suffixOf(query, own);
    let at = this.plans.findIndex((plan) => this.serves(plan, query.path, suffix, own));
    if (at < 0) {
      this.plans.unshift(this.fresh(query.path, suffix, own, snippets()));
      this.plans.length = Math.min(PLANS, this.plans.length);
      at = 0;
    }
    const [plan] = this.plans.splice(at, 1) as [Plan];
    this.plans.unshift(plan);
    return [...plan.head, ...own.context.subarray(plan.start, own.contextLength)];
  }

  private serves(plan: Plan, path: string, suffix: readonly number[], { context, contextLength }: OwnFile): boolean {
    if (plan.path !== path || contextLength - plan.start > this.limits.grown || contextLength < plan.start)
      return false;
    if (plan.suffix.length !== suffix.length || suffix.some((id, i) => plan.suffix[i] !== id)) return false;
    const seen = Math.min(plan.opening.length, contextLength - plan.start);
    for (let i = 0; i < seen; i++) if (context[plan.start + i] !== plan.opening[i]) return false;
    // Far above the old cursor the prompt would hold less than there is to tell.
    return plan.start === 0 || contextLength - plan.start >= this.limits.prefix / 2;
  }

  private fresh(path: string, suffix: readonly number[], own: OwnFile, snippets: readonly Snippet[]): Plan {
    const { tokenizer } = this.vocabulary;
    const { context, contextLength } = own;
    const head: number[] = [];
    let room = this.limits.snippets;
    for (const { path: from, text } of snippets) {
      const ids = [this.tokens.snippet, ...tokenizer.encode(`${from}\n`), ...tokenizer.encode(text)];
      if (room < 24) break;
      head.push(...ids.slice(0, room));
      room -= ids.length;
    }
    const name = tokenizer.encode(`${path}\n`);
    head.push(this.tokens.file, ...name.subarray(0, this.limits.head));
    head.push(this.tokens.suffix, ...suffix, this.tokens.prefix);
    const start = this.startOf(context, contextLength);
    return {
      path,
      head,
      suffix,
      start,
      opening: [...context.subarray(start, Math.min(start + OPENING, contextLength))],
    };
  }

  /** At a line end, as in training. */
  private startOf(context: Int32Array, length: number): number {
    if (length <= this.limits.prefix) return 0;
    const from = length - this.limits.prefix;
    for (let at = from; at < Math.min(length, from + 40); at++) {
      if (this.vocabulary.endsLine[context[at] as number] === 1) return at;
    }
    return from;
  }

  private suffixOf({ suffix }: CompletionQuery, own: OwnFile): readonly number[] {
    const rest = lineAfter(suffix, 400);
    const before = rest === '' ? [] : this.vocabulary.tokenizer.encode(rest);
    return [...before, ...own.after.subarray(0, this.limits.suffix)].slice(0, this.limits.suffix);
  }
}
