// The likeliest line of a line model, token by token. The n-grams propose what comes next, and a pass verifies several
// tokens of it at once. The text before the cursor that is spelled again may be one token or several.
import { remainingBytes } from '../../neural/inference/healing.ts';
import { startsWithBytes } from '../../text/tokenizer/bytes.ts';
import { longestMatch } from '../ngram/evidence.ts';
import type { PromptedLines } from './line-model.ts';
import type { ScoringSite } from './score-line.ts';
import type { SearchStart } from './search.ts';
import { TokenDistribution } from './token-distribution.ts';
import { tokenHead, type VocabularyMapping } from './vocabulary-mapping.ts';

export interface LineMixtureModels extends ScoringSite {
  readonly lines: PromptedLines;
  readonly mapping: VocabularyMapping;
}

export interface LineRequest {
  /** Bytes before the cursor that the first tokens must repeat. */
  readonly healed: Uint8Array;
  /** A line end ends the middle; otherwise only a special token does. */
  readonly lineEnds: boolean;
  readonly maxTokens: number;
  /** Lines of the n-grams, most probable first. */
  readonly expected: readonly string[];
  readonly before: SearchStart;
}

/** N-gram tokens that a pass verifies beyond a known line, and their least joint probability. */
const AHEAD = 6;
const WORTH_A_ROW = 0.15;

/** Text from the cursor to the line's end; undefined if no line was finished. Rejects with the signal's reason. */
export async function proposeLine(
  models: LineMixtureModels,
  request: LineRequest,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { lines, mapping } = models;
  const { tokenizer } = mapping.vocabulary;
  const most = Math.min(request.maxTokens, lines.room - AHEAD - 2);
  const path: number[] = [];
  const bytes: number[] = [];
  let left = request.healed;
  while (path.length < most) {
    const guess = expectedPath(models, request, path, bytes).slice(0, most + AHEAD);
    const rows = await lines.run(guess, signal);
    for (;;) {
      const top = rows[path.length];
      if (!top) break;
      const choice = choose(new TokenDistribution(top, mapping.kinds, request.lineEnds), left, request, mapping);
      if (choice === 'none') return undefined;
      if (choice === 'end') return textOf(bytes);
      const spelling = tokenizer.bytesOf(choice);
      const fresh = spelling.subarray(Math.min(left.length, spelling.length));
      const head = tokenHead(fresh);
      bytes.push(...(head ?? fresh));
      if (head) return textOf(bytes);
      left = left.length === 0 ? left : remainingBytes(left, spelling);
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
  { lineEnds }: LineRequest,
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
  models: LineMixtureModels,
  { healed, expected, before }: LineRequest,
  path: readonly number[],
  bytes: readonly number[],
): readonly number[] {
  const { vocabulary, mapping } = models;
  const { tokenizer } = mapping.vocabulary;
  const again = mapping.vocabulary.decode(healed);
  const text = textOf(bytes);
  if (text === undefined) return path;
  const line = expected.find((each) => each.length > text.length && each.startsWith(text));
  for (const next of [line, text + continuation(models, before, vocabulary.decode(before.healed) + text)]) {
    if (next === undefined || next === text) continue;
    const guess = [...tokenizer.encode(again + next)];
    if (guess.length > path.length && path.every((id, i) => guess[i] === id)) return guess;
  }
  return path;
}

/** The n-grams' likeliest tokens after the beginning of a line, while their joint probability is high enough. */
function continuation({ position, vocabulary }: LineMixtureModels, { before }: SearchStart, beginning: string): string {
  const { predictor, scope, path } = position;
  const kept = Math.min(before.length, longestMatch);
  const begun = vocabulary.tokenizer.encode(beginning);
  const context = new Int32Array(kept + begun.length + AHEAD);
  context.set(before.subarray(before.length - kept));
  context.set(begun, kept);
  const found: number[] = [];
  let sure = 1;
  while (found.length < AHEAD) {
    predictor.predict(context, kept + begun.length + found.length, scope, path);
    const { evidence, mixture } = predictor;
    let best = -1;
    for (let slot = 0; slot < evidence.size; slot++) {
      if (best < 0 || (mixture.probabilities[slot] as number) > (mixture.probabilities[best] as number)) best = slot;
    }
    const token = evidence.candidates[best];
    sure *= mixture.probabilities[best] ?? 0;
    if (token === undefined || vocabulary.endsLine[token] === 1 || sure < WORTH_A_ROW) break;
    context[kept + begun.length + found.length] = token;
    found.push(token);
  }
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
