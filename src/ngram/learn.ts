// Turns held-out files into what the two fits learn from: single tokens for the mixture, cursor places for the ranking.

import type { CompletionQuery } from '../common/completion.ts';
import type { Drafter } from './drafter.ts';
import { exampleOf, type MixtureExample } from './fit-mixture.ts';
import { firstLineHash, type OwnFile } from './own-file.ts';
import type { Predictor } from './predictor.ts';
import { folderOf } from './project-index.ts';
import type { RankingExample } from './ranking.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What the fits ask the model for. The files must not be in the index. */
export interface Learner {
  readonly vocabulary: Vocabulary;
  readonly own: OwnFile;
  readonly predictor: Predictor;
}

/** At most about `limit` tokens, whole lines spread evenly over the files. */
export function mixtureExamples(files: readonly SourceFile[], limit: number, learner: Learner): MixtureExample[] {
  const { vocabulary, own, predictor } = learner;
  const { unigrams } = predictor;
  const tokenized = files.map(({ path, text }) => ({ path, tokens: vocabulary.tokenizer.encode(text) }));
  const total = tokenized.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const share = Math.min(1, limit / Math.max(1, total));
  const examples: MixtureExample[] = [];
  let credit = 0;
  for (const { path, tokens } of tokenized) {
    own.loadWhole(tokens);
    for (let start = 0; start < tokens.length; ) {
      let lineEnd = start;
      while (lineEnd < tokens.length && vocabulary.endsLine[tokens[lineEnd] as number] === 0) lineEnd += 1;
      const end = Math.min(tokens.length, lineEnd + 1);
      credit += share * (end - start);
      if (credit >= end - start) {
        credit -= end - start;
        const asking = { folder: folderOf(path), following: firstLineHash(tokens, lineEnd, tokens.length, vocabulary) };
        for (let at = start; at < end; at++) own.recount(tokens[at] as number, -1);
        for (let at = start; at < end; at++) {
          const token = tokens[at] as number;
          own.standAt(at, lineEnd);
          predictor.predict(tokens, at, asking, path, token);
          const base = [unigrams.own(token), unigrams.project(token), unigrams.uniform] as const;
          examples.push(exampleOf(predictor.evidence, predictor.mixture, base));
          own.recount(token, 1);
        }
      }
      start = end;
    }
  }
  return examples;
}

export interface CursorPlace {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly truth: string;
}

/**
 * Cursor places, half at a line's first character, half at a word boundary inside it, as `shared/bench` draws them:
 * something of four characters or more is left of the line.
 * @param seed any integer; the same seed draws the same places
 */
export function cursorPlaces(files: readonly SourceFile[], count: number, seed: number): CursorPlace[] {
  const random = generator(seed);
  const lines: { readonly file: SourceFile; readonly start: number; readonly line: string }[] = [];
  for (const file of files) {
    let start = 0;
    for (const line of file.text.split('\n')) {
      if (line.trim().length >= shortest) lines.push({ file, start, line });
      start += line.length + 1;
    }
  }
  const places: CursorPlace[] = [];
  for (let tries = 0; tries < count * 8 && places.length < count && lines.length > 0; tries++) {
    const { file, start, line } = lines[Math.floor(random() * lines.length)] as (typeof lines)[number];
    const indent = line.length - line.trimStart().length;
    let column = indent;
    if (random() < 0.5) {
      const cuts = [...line.matchAll(/[\p{L}\p{N}_$]+|\s+|[^\p{L}\p{N}_$\s]/gu)].map((match) => match.index);
      const inside = cuts.filter((cut) => cut > indent);
      if (inside.length === 0) continue;
      column = inside[Math.floor(random() * inside.length)] as number;
    }
    const truth = line.slice(column).trimEnd();
    if (truth.trim().length < shortest) continue;
    const offset = start + column;
    const suffix = file.text.slice(start + line.length);
    places.push({ path: file.path, prefix: file.text.slice(0, offset), suffix, truth });
  }
  return places;
}

const shortest = 4;

/** mulberry32: small, seeded, good enough to draw places. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param load prepares the model for a place's query */
export function rankingExamples(
  places: readonly CursorPlace[],
  drafter: Drafter,
  load: (query: CompletionQuery) => void,
  maxTokens: number,
): RankingExample[] {
  return places.map((place) => {
    const query = { ...place, languageId: '' };
    load(query);
    const { candidates, none } = drafter.choose(query, maxTokens);
    const right = candidates.findIndex(({ text }) => text.trim() === place.truth.trim());
    return { candidates, none, right };
  });
}
