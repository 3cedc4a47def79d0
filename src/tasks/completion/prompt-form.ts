// The one form of the neural model's prompt, and of the samples that teach it:
//
//   [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX   then the middle and <|eom|>
//
// The middle goes on from the prefix with no token between, so a keystroke adds tokens at the end and nothing else moves. Serving
// (mix/prompt-planner.ts), training (learn/samples.ts) and the benchmarks build it here; models/pretrain/prompt.py is the same in Python,
// and test/golden/prompt.json, which build/golden-prompt.ts writes from here, holds both to it.
import type { CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import { dialectTokens } from '../../package/dialects.ts';
import { lineEnd } from '../../text/lines.ts';
import type { Tokenizer } from '../../tokenizer/types.ts';

/** Tokens of each part at most. `prefix` is what a fresh prompt takes, `grown` when a new one is made. */
export interface PromptLimits {
  readonly prefix: number;
  readonly grown: number;
  readonly suffix: number;
  readonly snippets: number;
  readonly head: number;
}

export const PROMPT_LIMITS: PromptLimits = { prefix: 256, grown: 448, suffix: 64, snippets: 144, head: 40 };

/** The snippets that a prompt is made with; it takes as much of them as its limits allow. */
export const PROMPT_SNIPPETS: SnippetOptions = { maxSnippets: 2, maxCharacters: 700 };

/** Tokens below which no snippet is begun. */
const LEAST_SNIPPET = 24;
/** Within so many tokens a prefix begins at a line. */
const REACH = 40;
/** What stands behind the cursor on its line is looked at so far, UTF-16 units. */
const REST_REACH = 400;
/** Text that is encoded for so many tokens of suffix, UTF-16 units a token, and the tokens at its end that a longer text may cut otherwise. */
const UNITS = 8;
const UNSURE = 8;

export class PromptForm {
  readonly limits: PromptLimits;
  readonly specials: ReturnType<typeof dialectTokens>;
  private readonly tokenizer: Tokenizer;

  /** Throws CodedError 'unsupported' where the tokenizer lacks a token of the form. */
  constructor(tokenizer: Tokenizer, limits: PromptLimits = PROMPT_LIMITS) {
    this.tokenizer = tokenizer;
    this.limits = limits;
    this.specials = dialectTokens(tokenizer);
  }

  /** `<|file|>` and the path: what also running text begins with. */
  file(path: string): number[] {
    return [this.specials.file, ...this.tokenizer.encode(`${path}\n`).subarray(0, this.limits.head)];
  }

  /**
   * All that stands before the prefix.
   * @param snippets the best first; the last that there is room for is cut
   * @param suffix ids, as `suffix` gives them
   */
  head(path: string, snippets: readonly Snippet[], suffix: ArrayLike<number>, room = this.limits.snippets): number[] {
    const { specials } = this;
    return [
      ...this.snippets(snippets, room),
      ...this.file(path),
      specials.suffix,
      ...Array.from(suffix),
      specials.prefix,
    ];
  }

  /**
   * The first `count` tokens behind the cursor. The rest of its line and what follows are cut apart, as the n-grams cut them.
   * @param after tokens from the cursor's line end on, where the caller has them
   */
  suffix(text: string, count = this.limits.suffix, after?: Int32Array): number[] {
    const end = lineEnd(text);
    const rest = end === 0 ? [] : this.tokenizer.encode(text.slice(0, Math.min(end, REST_REACH)));
    const left = count - rest.length;
    return [...rest, ...(left > 0 ? (after ?? this.firstTokens(text.slice(end), left)).subarray(0, left) : [])].slice(
      0,
      count,
    );
  }

  /** Where a prefix of at most `room` of the first `length` tokens begins: at a line where one begins near. */
  prefixStart(ids: Int32Array, length: number, room = this.limits.prefix): number {
    if (length <= room) return 0;
    const from = length - room;
    for (let at = from; at < Math.min(length, from + REACH); at++) if (this.beginsLine(ids[at] as number)) return at;
    return from;
  }

  /** The whole prompt of a place that nothing is kept of, up to the cursor, which is not healed. */
  prompt({ path, prefix, suffix }: Omit<CompletionQuery, 'languageId'>, snippets: readonly Snippet[]): number[] {
    const ids = this.tokenizer.encode(prefix);
    return [...this.head(path, snippets, this.suffix(suffix)), ...ids.subarray(this.prefixStart(ids, ids.length))];
  }

  private snippets(snippets: readonly Snippet[], room: number): number[] {
    const { tokenizer, specials } = this;
    const ids: number[] = [];
    for (const { path, text } of snippets) {
      const left = room - ids.length;
      if (left < LEAST_SNIPPET) break;
      const one = [specials.snippet, ...tokenizer.encode(`${path}\n`), ...tokenizer.encode(text)];
      ids.push(...one.slice(0, left));
    }
    return ids;
  }

  /** As many tokens of a text as there are, `count` of them sure to be those of the whole text. */
  private firstTokens(text: string, count: number): Int32Array {
    for (let units = (count + UNSURE) * UNITS; ; units *= 2) {
      const ids = this.tokenizer.encode(text.slice(0, units));
      if (ids.length >= count + UNSURE || units >= text.length) return ids;
    }
  }

  private beginsLine(id: number): boolean {
    return id < this.tokenizer.vocabularySize && this.tokenizer.bytesOf(id).includes(10);
  }
}
