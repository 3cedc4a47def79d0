// From a query to a draft: search the line, rank the candidates by their surroundings, go on for a block where asked.

import type { CompletionQuery, Draft, DraftOptions, DraftToken } from '../common/completion.ts';
import { choiceProbabilities } from '../fit/conditional-logit.ts';
import { lineEnd } from '../text/lines.ts';
import { type Block, continueBlock, endOf, type FirstLine, likelihood } from './block.ts';
import type { OwnFile } from './own-file.ts';
import { type Asking, folderOf } from './project-index.ts';
import { type Candidate, describe, describeNone, surroundings, type Unranked } from './ranking.ts';
import type { Hypothesis, LineSearch, Step } from './search.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Candidates whose fit with the next line is worked out: each costs a few distributions. */
const rescored = 8;
/** From here on the cursor's line is taken to end there, and what may be written is below it. */
const LIKELY_END = 0.5;
/** A first line less likely than this is not gone on from: what follows it is as little worth. */
const WORTH_GOING_ON = 0.3;

/** The best candidate. */
export function firstLine(
  { candidates, none, ended }: Choice,
  weights: ArrayLike<number>,
  model: string,
  healed: Uint8Array,
  vocabulary: Vocabulary,
): FirstLine {
  const nothing = { draft: { text: '', tokens: [], model, complete: true }, steps: [], ends: ended };
  if (ended > LIKELY_END) return nothing;
  const probabilities = choiceProbabilities({ candidates, none }, weights);
  let best = -1;
  for (let i = 0; i < candidates.length; i++) {
    if (best < 0 || (probabilities[i] as number) > (probabilities[best] as number)) best = i;
  }
  const chosen = candidates[best];
  if (chosen === undefined) return nothing;
  const { steps, finished } = chosen.hypothesis;
  const text = chosen.text.trimEnd();
  const tokens = draftTokens(steps, text, healed, vocabulary);
  const draft = { text, tokens, model, complete: finished, confidence: probabilities[best] as number };
  return { draft, steps, ends: endOf(chosen.hypothesis) };
}

/** Whether lines behind the first are wanted, and worth their time. */
export function wantsMore({ draft, steps, ends }: FirstLine, { multiline, goOn }: DraftOptions): boolean {
  if (!draft.complete || (draft.text === '' && ends <= LIKELY_END)) return false;
  return multiline || (goOn === true && likelihood(steps) * ends >= WORTH_GOING_ON);
}

/** The first line and what follows it: one draft where a block is asked for. */
export function withBlock(
  { draft, ends }: FirstLine,
  block: Block,
  { multiline }: DraftOptions,
  vocabulary: Vocabulary,
): Omit<Draft, 'latencyMs'> {
  if (block.steps.length === 0) return draft;
  const text = block.text.trimEnd();
  const tokens = draftTokens(block.steps, text, new Uint8Array(0), vocabulary);
  if (!multiline) return { ...draft, beyond: { text, tokens } };
  return {
    text: draft.text + text,
    tokens: [...draft.tokens, ...tokens],
    model: draft.model,
    complete: block.complete,
    confidence: (draft.confidence ?? ends) * block.probability,
  };
}

export interface Choice {
  readonly candidates: readonly Candidate[];
  readonly none: Float32Array;
  /** How likely the line ends at the cursor, where more than it is wanted; else 0. */
  readonly ended: number;
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
    const first = firstLine(this.choose(query, options), weights, 'n-gram', own.healed, vocabulary);
    if (!wantsMore(first, options)) return first.draft;
    const block = continueBlock(query, first, options.maxTokens, { vocabulary, own, search });
    return withBlock(first, block, options, vocabulary);
  }

  /** The candidate lines with their features; `own` is loaded with the query. */
  choose(query: CompletionQuery, { maxTokens, ...options }: DraftOptions): Choice {
    const { own, search } = this;
    const asking: Asking = { folder: folderOf(query.path), following: own.following };
    const before = own.context.subarray(0, own.contextLength);
    const around = surroundings(query.prefix, query.suffix);
    const rest = query.suffix.slice(0, lineEnd(query.suffix)).trim();
    const unranked: Unranked[] = [];
    const seen = new Set<string>();
    const found = search.run(before, own.healed, asking, query.path, maxTokens);
    for (const hypothesis of found) {
      const text = meet(textOf(hypothesis, own.healed, this.vocabulary), rest);
      if (text === undefined || text.trim() === '' || seen.has(text.trimEnd())) continue;
      seen.add(text.trimEnd());
      const logNextLine = unranked.length < rescored ? search.logNextLine(hypothesis, before, asking, query.path) : -20;
      unranked.push({ hypothesis, text, logNextLine });
    }
    const ended = rest === '' ? endedAt(found, options) : 0;
    return { candidates: describe(unranked, around), none: describeNone(unranked, around), ended };
  }
}

/** How likely the line ends at the cursor, as far as that is of interest. */
export function endedAt(
  found: readonly Hypothesis[],
  { multiline, goOn }: Pick<DraftOptions, 'multiline' | 'goOn'>,
): number {
  const empty = multiline || goOn ? found.find(({ finished, steps }) => finished && steps.length === 0) : undefined;
  return empty === undefined ? 0 : endOf(empty);
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
