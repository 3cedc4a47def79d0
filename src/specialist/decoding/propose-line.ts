// The likeliest line of a line model, token by token. The n-grams propose what comes next, and a pass verifies several
// tokens of it at once. The text before the cursor that is spelled again may be one token or several.
import { remainingBytes } from '../../neural/inference/healing.ts';
import type { TopTokens } from '../../neural/inference/top-tokens.ts';
import { startsWithBytes } from '../../text/tokenizer/bytes.ts';
import { longestMatch } from '../ngram/evidence.ts';
import type { PromptedQuery } from './folder-specialist.ts';
import { TokenDistribution } from './line-scores.ts';
import { beginnings } from './next-token-scores.ts';
import { likelyTokens } from './ngram-predictions.ts';
import { tokenHead, type VocabularyMapping } from './vocabulary-mapping.ts';
import type { QuerySite } from './write-draft.ts';

export interface MappedQuery extends PromptedQuery<TopTokens> {
  readonly mapping: VocabularyMapping;
}

/** N-gram tokens that a pass verifies beyond a known line, and their least joint probability. */
const AHEAD = 6;
const WORTH_A_ROW = 0.15;

/**
 * Text from the cursor to the line's end; undefined if no line was finished. Rejects with the signal's reason.
 * @param expected lines of the n-grams, most probable first
 */
export async function proposeLine(
  site: MappedQuery,
  expected: readonly string[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { prompt, mapping, rest } = site;
  const { tokenizer } = mapping.vocabulary;
  // Else only a special token ends the middle.
  const lineEnds = rest === '' || !mapping.seesSuffix;
  const most = Math.min(site.maxTokens, prompt.room - AHEAD - 2);
  const path: number[] = [];
  const bytes: number[] = [];
  let left = mapping.own.healed;
  while (path.length < most) {
    const guess = expectedPath(site, expected, path, bytes).slice(0, most + AHEAD);
    const rows = await prompt.run(beginnings(guess), signal);
    for (;;) {
      const top = rows[path.length];
      if (!top) break;
      const choice = choose(new TokenDistribution(top, mapping.kinds, lineEnds), left, lineEnds, mapping);
      if (choice === 'none') return undefined;
      if (choice === 'end') return textOf(bytes);
      const spelling = tokenizer.bytesOf(choice);
      const fresh = spelling.subarray(Math.min(left.length, spelling.length));
      const head = tokenHead(fresh);
      bytes.push(...(head ?? fresh));
      if (head) return textOf(bytes);
      left = remainingBytes(left, spelling);
      path.push(choice);
      if (guess[path.length - 1] !== choice) break;
    }
  }
  return undefined;
}

/** The likeliest allowed token. */
function choose(
  { ids }: TokenDistribution,
  left: Uint8Array,
  lineEnds: boolean,
  { kinds, vocabulary: { tokenizer } }: VocabularyMapping,
): number | 'end' | 'none' {
  for (const id of ids) {
    const kind = kinds[id] ?? 2;
    if (left.length > 0) {
      // The healed text may contain a line end and an indent, which would count as the end of the line.
      if (kind === 2) continue;
      const spelling = tokenizer.bytesOf(id);
      if (startsWithBytes(spelling, left) || startsWithBytes(left, spelling)) return id;
    } else if (kind === 2) return 'end';
    else if (kind === 1) {
      if (lineEnds) return 'end';
    } else if (lineEnds || tokenHead(tokenizer.bytesOf(id)) === undefined) return id;
  }
  return 'none';
}

/** The path, extended by the n-grams' whole line that begins with it, or by their likeliest next tokens. */
function expectedPath(
  { mapping, ...site }: MappedQuery,
  expected: readonly string[],
  path: readonly number[],
  bytes: readonly number[],
): readonly number[] {
  const { vocabulary, own } = mapping;
  const again = vocabulary.decode(own.healed);
  const text = textOf(bytes);
  if (text === undefined) return path;
  const line = expected.find((each) => each.length > text.length && each.startsWith(text));
  for (const next of [line, text + continuation(site, text)]) {
    if (next === undefined || next === text) continue;
    const guess = [...vocabulary.tokenizer.encode(again + next)];
    if (guess.length > path.length && path.every((id, i) => guess[i] === id)) return guess;
  }
  return path;
}

/** The n-grams' likeliest tokens after the beginning of a line, while their joint probability is high enough. */
function continuation({ position, ngram: { vocabulary } }: QuerySite, beginning: string): string {
  const { before, healed } = position.own;
  const kept = Math.min(before.length, longestMatch);
  const begun = vocabulary.tokenizer.encode(vocabulary.decode(healed) + beginning);
  const context = new Int32Array(kept + begun.length + AHEAD);
  context.set(before.subarray(before.length - kept));
  context.set(begun, kept);
  const found = likelyTokens(position, vocabulary, context, kept + begun.length, AHEAD, WORTH_A_ROW);
  return textOf([...vocabulary.bytesOf(found)]) ?? '';
}

/** Undefined if the bytes are not whole characters. */
function textOf(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
