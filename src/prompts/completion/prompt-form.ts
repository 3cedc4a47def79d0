// Writes the neural model's prompt and its training samples in a dialect (neural/models/manifest.ts). For the shipped
// models:
//
//   [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX   then the middle and <|eom|>
//
// The middle continues the prefix with no token between, so that a keystroke only adds tokens at the end. In a dialect
// with the suffix after the prefix, typed tokens begin the middle, so that no keystroke runs the suffix again. Serving
// (specialist/decoding/prompt-planner.ts), training (adapt/training-data/samples.ts) and benchmarks use this file.
// models/pretrain/prompt.py does the same in Python; build/golden-prompt.ts writes test/golden/prompt.json, and tests
// compare both with it.
import type { CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import { DIALECT, DIALECTS, type Dialect, type DialectIds, dialectTokens } from '../../neural/models/manifest.ts';
import { lineEnd } from '../../text/lines.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';

/**
 * Maximum length of each part, tokens. A new prompt takes `prefix`; a prefix longer than `maxGrownPrefix` needs a new
 * one.
 */
export interface PromptLimits {
  readonly prefix: number;
  readonly maxGrownPrefix: number;
  readonly suffix: number;
  readonly snippets: number;
  readonly head: number;
}

export const PROMPT_LIMITS: PromptLimits = { prefix: 256, maxGrownPrefix: 448, suffix: 64, snippets: 144, head: 40 };

/** For a model that reads a long prompt in little time. `npm run bench -- own` measures what it brings. */
const LONG_PROMPT_LIMITS: PromptLimits = { prefix: 512, maxGrownPrefix: 704, suffix: 128, snippets: 512, head: 40 };

/** Tokens of the longest prompt at a new position within these limits, apart from special tokens. */
export function newPromptTokens({ prefix, suffix, snippets, head }: PromptLimits): number {
  return prefix + suffix + snippets + head;
}

/** Room for special tokens, the healed text and the line itself, tokens. */
const LINE_ROOM = 64;

/** The limits for a model's context, tokens: in a short one all parts shrink alike. */
export function promptLimitsFor(contextLength: number): PromptLimits {
  const share = (contextLength - LINE_ROOM) / mostTokens(PROMPT_LIMITS);
  if (share >= 1) return PROMPT_LIMITS;
  const part = (tokens: number) => Math.max(1, Math.floor(tokens * share));
  return {
    prefix: part(PROMPT_LIMITS.prefix),
    maxGrownPrefix: part(PROMPT_LIMITS.maxGrownPrefix),
    suffix: part(PROMPT_LIMITS.suffix),
    snippets: part(PROMPT_LIMITS.snippets),
    head: part(PROMPT_LIMITS.head),
  };
}

/** The limits of a long prompt; undefined if the model's context, in tokens, is too short for it. */
export function longPromptLimitsFor(contextLength: number): PromptLimits | undefined {
  return contextLength >= LINE_ROOM + mostTokens(LONG_PROMPT_LIMITS) ? LONG_PROMPT_LIMITS : undefined;
}

function mostTokens({ maxGrownPrefix, suffix, snippets, head }: PromptLimits): number {
  return maxGrownPrefix + suffix + snippets + head;
}

/** The snippets for a prompt, which are cut to its limits. */
export const PROMPT_SNIPPETS: SnippetOptions = { maxSnippets: 2, maxCharacters: 700 };
/** The snippets for a long prompt. */
export const LONG_PROMPT_SNIPPETS: SnippetOptions = { maxSnippets: 4, maxCharacters: 2400 };

/** Least room for a snippet, tokens. */
const LEAST_SNIPPET = 24;
/** Distance within which a prefix's start moves to a line start, tokens. */
const REACH = 40;
/** Maximum length of the rest of the cursor's line, UTF-16 units. */
const REST_REACH = 400;
/** UTF-16 units of a suffix that are encoded per wanted token. */
const UNITS = 8;
/** Number of last tokens of an encoded suffix that may differ in a longer text. */
const UNSURE = 8;

export class PromptForm {
  readonly limits: PromptLimits;
  readonly specials: DialectIds;
  private readonly tokenizer: Tokenizer;
  private readonly suffixFirst: boolean;

  /** Throws CodedError 'unsupported' if the tokenizer lacks a token of the dialect. */
  constructor(tokenizer: Tokenizer, limits: PromptLimits = PROMPT_LIMITS, dialect: Dialect = DIALECT) {
    this.tokenizer = tokenizer;
    this.limits = limits;
    this.specials = dialectTokens(tokenizer, dialect);
    this.suffixFirst = DIALECTS[dialect].suffixFirst;
  }

  /** The path after the dialect's file mark, if there is one. Plain text begins with the path, too. */
  file(path: string): number[] {
    const { file } = this.specials;
    return file === undefined ? [] : [file, ...this.tokenizer.encode(`${path}\n`).subarray(0, this.limits.head)];
  }

  /**
   * All tokens before the prefix.
   * @param snippets best first; the last one that fits is cut
   * @param suffix ids, the result of `suffix`
   */
  head(path: string, snippets: readonly Snippet[], suffix: ArrayLike<number>, room = this.limits.snippets): number[] {
    const { specials, suffixFirst } = this;
    const head = [
      ...this.snippets(snippets, room),
      ...this.file(path),
      ...(suffixFirst ? marked(specials.suffix, suffix) : []),
      ...marked(specials.prefix, []),
    ];
    // A dialect without marks begins with the end-of-text token, so that no prompt is empty.
    return head.length > 0 ? head : [specials.end];
  }

  /** All tokens between the prefix and the middle. @param suffix as for `head` */
  tail(suffix: ArrayLike<number>): number[] {
    const { specials, suffixFirst } = this;
    return [...(suffixFirst ? [] : marked(specials.suffix, suffix)), ...marked(specials.middle, [])];
  }

  /**
   * The first `count` tokens after the cursor. The rest of its line and the text below are encoded separately, as in
   * the n-grams.
   * @param after tokens from the cursor's line end on, if the caller has them
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

  /** Start of a prefix of at most `room` of the first `length` tokens: a line start, if one is near. */
  prefixStart(ids: Int32Array, length: number, room = this.limits.prefix): number {
    if (length <= room) return 0;
    const from = length - room;
    for (let at = from; at < Math.min(length, from + REACH); at++) if (this.beginsLine(ids[at] as number)) return at;
    return from;
  }

  /** The whole prompt up to the cursor, without cached parts and without token healing. */
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

  /** At least `count` tokens (fewer in a shorter text) that equal those of the whole text. */
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

/** The text after its mark; empty if the dialect has no such mark. */
function marked(mark: number | undefined, ids: ArrayLike<number>): number[] {
  return mark === undefined ? [] : [mark, ...Array.from(ids)];
}
