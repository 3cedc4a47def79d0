// Which places of the training files the large model is asked about: from all languages, kinds of place and folders alike, of each first where the
// n-grams foresee least of what the author wrote, and what is said twice once.
import { shuffled } from '../../common/statistics/random.ts';
import { lastLines, withoutLastLine } from '../../text/lines.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import { type CursorExample, drawPlaces, type SourceText } from './cursor-places.ts';

/** Places that are drawn for each that may be asked about. */
const DRAWN = 6;
/** Tokens of files that the n-grams look at: seconds. Of a larger folder, those of some of its files. */
const MOST_TOKENS = 300_000;
/** A folder in a path: a stratum of its own, down to this depth. */
const DEPTH = 2;
const SEED = 2;

/**
 * @param foreseen what the n-grams give each token of a file
 * @returns at most `most`, the first to ask about first; fewer of them are the beginning of the same list
 */
export async function teachingPlaces(
  files: readonly SourceText[],
  foreseen: (file: SourceText) => Promise<Float32Array>,
  tokenizer: Tokenizer,
  most: number,
): Promise<CursorExample[]> {
  const looked: SourceText[] = [];
  const surprise = new Map<string, (from: number, to: number) => number>();
  let tokens = 0;
  for (const at of shuffled(files.length, SEED)) {
    if (tokens > MOST_TOKENS) break;
    const file = files[at] as SourceText;
    const found = await foreseen(file);
    tokens += found.length;
    looked.push(file);
    surprise.set(file.path, surpriseIn(file.text, tokenizer, found));
  }
  const drawn = withoutDuplicates(drawPlaces(looked, most * DRAWN, SEED));
  const strata = Map.groupBy(drawn, ({ languageId, kind, path }) =>
    [languageId, kind, ...path.split('/').slice(0, -1).slice(0, DEPTH)].join('/'),
  );
  const ranked = [...strata.values()].flatMap((places) => {
    const hardest = places
      .map((place) => ({ place, by: surprise.get(place.path)?.(place.offset, place.offset + place.truth.length) ?? 0 }))
      .sort((a, b) => b.by - a.by);
    // As large a part of each stratum as of the others.
    return hardest.map(({ place }, at) => ({ place, at: (at + 0.5) / hardest.length }));
  });
  return ranked
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ place }) => place);
}

/** Mean nats of the tokens between two offsets, UTF-16 units. */
function surpriseIn(text: string, tokenizer: Tokenizer, probabilities: Float32Array) {
  const bytes = Buffer.from(text);
  const ends: number[] = [];
  let at = 0;
  for (const id of tokenizer.encode(text)) {
    at += tokenizer.bytesOf(id).length;
    ends.push(at);
  }
  return (from: number, to: number): number => {
    const first = Buffer.byteLength(text.slice(0, from));
    const last = Math.min(bytes.length, first + Buffer.byteLength(text.slice(from, to)));
    let [nats, count] = [0, 0];
    for (let i = ends.findIndex((end) => end > first); i >= 0 && i < ends.length; i++) {
      if (((ends[i - 1] ?? 0) as number) >= last) break;
      nats -= Math.log(Math.max(1e-6, probabilities[i] ?? 1));
      count++;
    }
    return nats / Math.max(1, count);
  };
}

/** The examples without later ones that have the same text after the same line; white space does not count. */
export function withoutDuplicates(examples: readonly CursorExample[]): CursorExample[] {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  const seen = new Set<string>();
  return examples.filter(({ prefix, truth }) => {
    const key = [plain(lastLines(withoutLastLine(prefix), 1, 200).join('')), plain(truth)].join('\n');
    return seen.size < seen.add(key).size;
  });
}
