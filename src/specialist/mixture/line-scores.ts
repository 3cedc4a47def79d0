// What a neural model makes of a line, byte by byte: its tokens end elsewhere than the n-grams', so the two are compared on bytes.
// The probability of a beginning is that of the tokens before, times that of all tokens that cover its last bytes.

import { logOf, type NextTokenDistribution, probability } from './logit-reader.ts';
import type { VocabularyMapping } from './vocabulary-mapping.ts';

/** The last tokens of a line that may be one with its line end instead. */
const ENDINGS = 3;

export class LineScores {
  private readonly mapping: VocabularyMapping;
  /** From what was taken back on, to the line's end. */
  private readonly bytes: Uint8Array;
  /** Where each token begins, and the end. */
  private readonly starts: number[] = [0];
  /** Log probability of the tokens before each, and of all. */
  private readonly before: number[] = [0];
  private readonly readings: NextTokenDistribution[];
  private readonly end: number | undefined;

  /**
   * @param path tokens that spell the bytes
   * @param logits before each token, and after the last; [vocabulary] each
   * @param lineEnds a line end is the end of what is asked for
   * @param end bytes of the line, where the text behind the cursor follows among the bytes: what a model that is not shown it must foresee
   */
  constructor(
    mapping: VocabularyMapping,
    bytes: Uint8Array,
    path: readonly number[],
    logits: readonly Float32Array[],
    lineEnds: boolean,
    end?: number,
  ) {
    this.end = end;
    this.mapping = mapping;
    this.bytes = bytes;
    this.readings = logits.map((row) => mapping.reader.read(row, 0, lineEnds));
    path.forEach((token, i) => {
      this.starts.push((this.starts[i] as number) + mapping.vocabulary.tokenizer.bytesOf(token).length);
      this.before.push(
        (this.before[i] as number) + logOf(probability(this.readings[i] as NextTokenDistribution, token)),
      );
    });
  }

  /** Log probability that the first `end` bytes come. Falls with `end`. */
  logBytes(end: number): number {
    if (end <= 0) return 0;
    const token = this.tokenAt(end - 1);
    const start = this.starts[token] as number;
    const reading = this.readings[token] as NextTokenDistribution;
    let covered = 0;
    for (const id of this.mapping.vocabulary.tokenizer.idsStartingWith(this.bytes.subarray(start, end)))
      covered += probability(reading, id);
    return (this.before[token] as number) + logOf(covered);
  }

  /** Log probability that these bytes come, and then the end. */
  logLine(): number {
    if (this.end !== undefined) return this.logBytes(this.bytes.length);
    const last = this.starts.length - 1;
    let sum = Math.exp(this.before[last] as number) * (this.readings[last] as NextTokenDistribution).finish;
    for (let token = last - 1; token >= Math.max(0, last - ENDINGS); token--) {
      const ending = this.mapping.endingWith(this.bytes.subarray(this.starts[token]));
      const reading = this.readings[token] as NextTokenDistribution;
      for (const id of ending) sum += Math.exp(this.before[token] as number) * probability(reading, id);
    }
    return logOf(sum);
  }

  /** What the model expects behind the first `end` bytes, where one of its tokens begins there. */
  readingAt(end: number): NextTokenDistribution | undefined {
    const token = this.starts.indexOf(end);
    return token < 0 ? undefined : this.readings[token];
  }

  /** The token that a byte is part of. */
  private tokenAt(byte: number): number {
    let token = this.starts.length - 2;
    while (token > 0 && (this.starts[token] as number) > byte) token--;
    return token;
  }
}
