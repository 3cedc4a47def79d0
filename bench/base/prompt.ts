// The base's prompt at a cursor, in the order of pretraining (models/pretrain/README.md), with token budgets to vary.

import type { Snippet } from '../../src/common/completion.ts';
import type { Tokenizer } from '../../src/tokenizer/types.ts';
import type { PromptPart } from '../common/greedy/alone.ts';

/** Tokens at most. */
export interface Budget {
  readonly prefix: number;
  /** 0: no infilling, the text simply goes on. */
  readonly suffix: number;
  /** Of all snippets together. */
  readonly snippets: number;
}

export interface PromptPlace {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** No token of ours is longer, characters: what is encoded to find a cut. */
const longestToken = 33;

/** No room for a snippet below so many tokens; as in src/mix/prompt-planner.ts. */
const leastSnippet = 24;

/** @param snippets the best first; the last that there is room for is cut */
export function promptOf(
  { path, prefix, suffix }: PromptPlace,
  snippets: readonly Snippet[],
  budget: Budget,
  tokenizer: Tokenizer,
): PromptPart[] {
  const parts: PromptPart[] = [];
  let room = budget.snippets;
  for (const snippet of snippets) {
    if (room < leastSnippet) break;
    // Of the special token and the text, as many as there is room for.
    const text = firstTokens(`${snippet.path}\n${snippet.text}`, room - 1, tokenizer);
    room -= 1 + tokenizer.encode(text).length;
    parts.push({ special: '<|snippet|>' }, text);
  }
  parts.push({ special: '<|file|>' }, `${path}\n`);
  if (budget.suffix > 0) parts.push({ special: '<|suffix|>' }, firstTokens(suffix, budget.suffix, tokenizer));
  if (budget.suffix > 0) parts.push({ special: '<|prefix|>' });
  parts.push(lastLines(prefix, budget.prefix, tokenizer));
  return parts;
}

/** The last whole lines of at most `count` tokens; of a longer line its end. */
export function lastLines(text: string, count: number, tokenizer: Tokenizer): string {
  const end = text.slice(-count * longestToken);
  const ids = tokenizer.encode(end);
  if (ids.length <= count && end.length === text.length) return text;
  const kept = tokenizer.decode(ids.slice(-count));
  const line = kept.indexOf('\n');
  return line >= 0 ? kept.slice(line) : kept;
}

export function firstTokens(text: string, count: number, tokenizer: Tokenizer): string {
  const start = text.slice(0, count * longestToken);
  const ids = tokenizer.encode(start);
  // A character cut in two is dropped.
  return ids.length <= count ? start : tokenizer.decode(ids.slice(0, count)).replace(/\uFFFD+$/, '');
}
