// The form of the neural model's prompt, and of the samples that teach it: a row of neural/models/dialects.ts, for the models that ship
//
//   [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX   then the middle and <|eom|>
//
// There the middle goes on from the prefix with no token between, so a keystroke adds tokens at the end and nothing else moves; where a
// model wants the suffix behind the prefix, a key runs that again. Serving
// (specialist/mixture/prompt-planner.ts), training (adaptation/training-data/samples.ts) and the benchmarks build it here; models/pretrain/prompt.py is the same in Python,
// and test/golden/prompt.json, which build/golden-prompt.ts writes from here, holds both to it.
import type { CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import { DIALECT, DIALECTS, type Dialect, type DialectIds, dialectTokens } from '../../neural/models/dialects.ts';
import { lineEnd } from '../../text/lines.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';

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
  readonly specials: DialectIds;
  private readonly tokenizer: Tokenizer;
  private readonly suffixFirst: boolean;

  /** Throws CodedError 'unsupported' where the tokenizer lacks a token of the form. */
  constructor(tokenizer: Tokenizer, limits: PromptLimits = PROMPT_LIMITS, dialect: Dialect = DIALECT) {
    this.tokenizer = tokenizer;
    this.limits = limits;
    this.specials = dialectTokens(tokenizer, dialect);
    this.suffixFirst = DIALECTS[dialect].suffixFirst;
  }

  /** The path behind its mark, where the form has one: what also running text begins with. */
  file(path: string): number[] {
    const { file } = this.specials;
    return file === undefined ? [] : [file, ...this.tokenizer.encode(`${path}\n`).subarray(0, this.limits.head)];
  }

  /**
   * All that stands before the prefix.
   * @param snippets the best first; the last that there is room for is cut
   * @param suffix ids, as `suffix` gives them
   */
  head(path: string, snippets: readonly Snippet[], suffix: ArrayLike<number>, room = this.limits.snippets): number[] {
    const { specials, suffixFirst } = this;
    const head = [
      ...this.snippets(snippets, room),
      ...this.file(path),
      ...(suffixFirst ? marked(specials.suffix, suffix) : []),
      ...marked(specials.prefix, []),
    ];
    // Where the form has no marks a text begins behind the end of another: no prompt is empty.
    return head.length > 0 ? head : [specials.end];
  }

  /** What stands between the prefix and the middle. @param suffix as for `head` */
  tail(suffix: ArrayLike<number>): number[] {
    const { specials, suffixFirst } = this;
    return [...(suffixFirst ? [] : marked(specials.suffix, suffix)), ...marked(specials.middle, [])];
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
    const after = this.suffix(suffix);
    const before = ids.subarray(this.prefixStart(ids, ids.length));
    return [...this.head(path, snippets, after), ...before, ...this.tail(after)];
  }

  private snippets(snippets: readonly Snippet[], room: number): number[] {
    const { tokenizer, specials } = this;
    const ids: number[] = [];
    if (specials.snippet === undefined) return ids;
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

/** Behind its mark; nothing where the form has none. */
function marked(mark: number | undefined, ids: ArrayLike<number>): number[] {
  return mark === undefined ? [] : [mark, ...Array.from(ids)];
}
