// From a query to a draft: search the line, rank the candidates by their surroundings, go on for a block where asked.

import type { CompletionQuery, Draft, DraftOptions, DraftToken } from '../common/completion.ts';
import { type BlockParts, continueBlock } from './block.ts';
import type { OwnFile } from './own-file.ts';
import { type Asking, folderOf } from './project-index.ts';
import { type Candidate, describe, describeNone, rank, surroundings, type Unranked } from './ranking.ts';
import type { Hypothesis, LineSearch, Step } from './search.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Candidates whose fit with the next line is worked out: each costs a few distributions. */
const rescored = 8;

/** The best candidate as a draft, with the block that it begins where one is wanted. */
export function compose(
  { candidates, none }: Choice,
  weights: ArrayLike<number>,
  model: string,
  query: CompletionQuery,
  options: DraftOptions,
  parts: BlockParts,
): Omit<Draft, 'latencyMs'> {
  const probabilities = rank(candidates, none, weights);
  let best = -1;
  for (let i = 0; i < candidates.length; i++) {
    if (best < 0 || (probabilities[i] as number) > (probabilities[best] as number)) best = i;
  }
  const chosen = candidates[best];
  if (chosen === undefined) return { text: '', tokens: [], model, complete: true };
  const { vocabulary, own } = parts;
  const { steps, finished } = chosen.hypothesis;
  const line = chosen.text.trimEnd();
  const first = {
    text: line,
    tokens: draftTokens(steps, line, own.healed, vocabulary),
    model,
    complete: finished,
    confidence: probabilities[best] as number,
  };
  if (!options.multiline || !finished) return first;
  const more = continueBlock(query, line, steps, options.maxTokens, parts);
  if (more.steps.length === 0) return first;
  return {
    text: (line + more.text).trimEnd(),
    tokens: [...first.tokens, ...draftTokens(more.steps, more.text.trimEnd(), new Uint8Array(0), vocabulary)],
    model,
    complete: more.complete,
    confidence: first.confidence * more.probability,
  };
}

export interface Choice {
  readonly candidates: readonly Candidate[];
  readonly none: Float32Array;
}

export class Drafter {
  private readonly vocabulary: Vocabulary;
  private readonly own: OwnFile;
  private readonly search: LineSearch;

  constructor(vocabulary: Vocabulary, own: OwnFile, search: LineSearch) {
    this.vocabulary = vocabulary;
    this.own = own;
    this.search = search;
  }

  draft(query: CompletionQuery, options: DraftOptions, weights: Float32Array): Omit<Draft, 'latencyMs'> {
    const { vocabulary, own, search } = this;
    return compose(this.choose(query, options.maxTokens), weights, 'n-gram', query, options, {
      vocabulary,
      own,
      search,
    });
  }

  /** The candidate lines with their features; `own` is loaded with the query. */
  choose(query: CompletionQuery, maxTokens: number): Choice {
    const { own, search } = this;
    const asking: Asking = { folder: folderOf(query.path), following: own.following };
    const before = own.context.subarray(0, own.contextLength);
    const around = surroundings(query.prefix, query.suffix);
    const lineEnd = query.suffix.indexOf('\n');
    const rest = (lineEnd < 0 ? query.suffix : query.suffix.slice(0, lineEnd)).trim();
    const unranked: Unranked[] = [];
    const seen = new Set<string>();
    for (const hypothesis of search.run(before, own.healed, asking, query.path, maxTokens)) {
      const text = meet(textOf(hypothesis, own.healed, this.vocabulary), rest);
      if (text === undefined || text.trim() === '' || seen.has(text.trimEnd())) continue;
      seen.add(text.trimEnd());
      const logNextLine = unranked.length < rescored ? search.logNextLine(hypothesis, before, asking, query.path) : -20;
      unranked.push({ hypothesis, text, logNextLine });
    }
    return { candidates: describe(unranked, around), none: describeNone(unranked, around) };
  }
}

/** The text after the cursor: without what healing repeated. */
export function textOf({ steps }: Hypothesis, healed: Uint8Array, vocabulary: Vocabulary): string {
  const bytes = vocabulary.bytesOf(steps.map((step) => step.token));
  return vocabulary.decode(bytes.subarray(healed.length));
}

/** Tokens with the part of `text` that each one stands for; tokens that only repeat what is there are left out. */
export function draftTokens(
  steps: readonly Step[],
  text: string,
  healed: Uint8Array,
  { tokenizer }: Vocabulary,
): DraftToken[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let skip = healed.length;
  let left = text.length;
  const tokens: DraftToken[] = [];
  for (const { token, ...features } of steps) {
    const bytes = tokenizer.bytesOf(token);
    const skipped = Math.min(skip, bytes.length);
    skip -= skipped;
    if (skipped === bytes.length) continue;
    const piece = decoder.decode(bytes.subarray(skipped), { stream: true }).slice(0, left);
    left -= piece.length;
    tokens.push({ text: piece, ...features });
    if (left === 0) break;
  }
  return tokens;
}

/**
 * Cuts a line where the rest of the cursor's line begins, so that `foo(|)` does not become `foo(x))`. Undefined: the
 * line never comes to that rest.
 */
function meet(text: string, rest: string): string | undefined {
  if (rest === '') return text;
  const at = text.lastIndexOf(rest);
  return at < 0 ? undefined : text.slice(0, at);
}
