// Chooses the positions of training files that the large model labels. Each language, kind of position and folder has
// the same share of its positions chosen. Those where the n-grams predict the author's text worst come first.
import { shuffled } from '../../common/statistics/random.ts';
import { lastLines, withoutLastLine } from '../../text/lines.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import { type CursorExample, type SourceText, sampleExamples } from './cursor-examples.ts';

/** Positions drawn per position chosen. */
const DRAWN_PER_CHOSEN = 6;
/** Maximum number of tokens that the n-grams predict, which takes seconds. A larger folder is sampled. */
const MAX_TOKENS = 300_000;
/** Folders down to this depth are separate strata. */
const DEPTH = 2;
const SEED = 2;

/**
 * @param foreseen the probability that the n-grams give each token of a file
 * @returns at most `most` positions without duplicates, the most useful first; deterministic
 */
export async function chooseTrainingPositions(
  files: readonly SourceText[],
  foreseen: (file: SourceText) => Promise<Float32Array>,
  tokenizer: Tokenizer,
  most: number,
): Promise<CursorExample[]> {
  const looked: SourceText[] = [];
  const bitsPerCharacter = new Map<string, (from: number, to: number) => number>();
  let tokens = 0;
  for (const at of shuffled(files.length, SEED)) {
    if (tokens > MAX_TOKENS) break;
    const file = files[at] as SourceText;
    const found = await foreseen(file);
    tokens += found.length;
    looked.push(file);
    bitsPerCharacter.set(file.path, surpriseIn(file.text, tokenizer, found));
  }
  const drawn = withoutDuplicates(sampleExamples(looked, most * DRAWN_PER_CHOSEN, SEED));
  const strata = Map.groupBy(drawn, ({ languageId, kind, path }) =>
    [languageId, kind, ...path.split('/').slice(0, -1).slice(0, DEPTH)].join('/'),
  );
  const ranked = [...strata.values()].flatMap((positions) => {
    const hardest = positions
      .map((position) => ({
        position,
        by: bitsPerCharacter.get(position.path)?.(position.offset, position.offset + position.truth.length) ?? 0,
      }))
      .sort((a, b) => b.by - a.by);
    // The same share of each stratum.
    return hardest.map(({ position }, at) => ({ position, at: (at + 0.5) / hardest.length }));
  });
  return ranked
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ position }) => position);
}

/** Mean surprise, nats, of the tokens between two offsets, UTF-16 units. */
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

/** Drops an example if an earlier one has the same truth below the same line. White space does not count. */
export function withoutDuplicates(examples: readonly CursorExample[]): CursorExample[] {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  const seen = new Set<string>();
  return examples.filter(({ prefix, truth }) => {
    const key = [plain(lastLines(withoutLastLine(prefix), 1, 200).join('')), plain(truth)].join('\n');
    return seen.size < seen.add(key).size;
  });
}
