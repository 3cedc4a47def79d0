// A line's log probability under the neural model, byte by byte. The two models' tokens end at different bytes, so they
// are compared on bytes. The probability of a prefix is the product of two probabilities: that of the tokens before the
// last one, and that of all tokens that cover the prefix's last bytes.
import type { TopTokens } from '../../neural/inference/passes.ts';
import { startsWithBytes } from '../../text/tokenizer/bpe.ts';
import { logOf } from './logit-reader.ts';
import type { VocabularyMapping } from './vocabulary-mapping.ts';

/** How many of the last tokens may be merged with the line end into one token. */
const ENDINGS = 3;

/** The likeliest next tokens of a model, read for one cursor: which of them end the middle. */
export class TokenDistribution {
  /** Likeliest first, of all kinds. */
  readonly ids: readonly number[];
  /** Ordinary tokens, likeliest first. */
  readonly best: readonly number[];
  /** Probability that the middle ends here. */
  readonly finish: number;
  /** Nats. */
  readonly entropy: number;
  private readonly probabilities: ReadonlyMap<number, number>;
  /** Of a token that is not listed. */
  private readonly unlistedProbability: number;

  /** @param lineEndFinishes a line end ends the middle; otherwise only a special token does */
  constructor({ ids, logs }: TopTokens, kinds: Uint8Array, lineEndFinishes: boolean) {
    this.ids = ids;
    const probabilities = new Map<number, number>();
    const best: number[] = [];
    let [finish, entropy] = [0, 0];
    ids.forEach((id, i) => {
      const log = logs[i] as number;
      const p = Math.exp(log);
      probabilities.set(id, p);
      entropy -= p * log;
      const kind = kinds[id] ?? 2;
      if (kind === 2 || (kind === 1 && lineEndFinishes)) finish += p;
      else if (kind === 0) best.push(id);
    });
    this.probabilities = probabilities;
    this.best = best;
    this.finish = Math.min(1, finish);
    this.entropy = Math.max(0, entropy);
    this.unlistedProbability = ids.length < kinds.length ? Math.exp(logs.at(-1) ?? Number.NEGATIVE_INFINITY) / 2 : 0;
  }

  probabilityOf(id: number): number {
    return this.probabilities.get(id) ?? this.unlistedProbability;
  }
}

/** A next-token distribution. Tokens that end the middle are one event, `finish`. */
export interface NeuralReading {
  /** Nats. */
  readonly entropy: number;
  readonly finish: number;
  /** The likeliest token of the others. */
  readonly best?: { readonly bytes: Uint8Array; readonly probability: number };
}

/** A line under the neural model. Offsets are bytes from where its scores start, at or before the cursor. */
export class LineScores {
  /** Offset of the cursor. */
  readonly cursor: number;
  private readonly mapping: VocabularyMapping;
  /** Bytes from the start of the respelled text to the end of the line. */
  private readonly bytes: Uint8Array;
  /** Offset of each token in `bytes`, and the length of all. */
  private readonly starts: number[] = [0];
  /** Log probability of the tokens before each token, and of all tokens. */
  private readonly before: number[] = [0];
  private readonly readings: readonly TokenDistribution[];
  private readonly path: readonly number[];
  private readonly end: number | undefined;

  /**
   * @param path tokens that spell the bytes
   * @param readings the distributions before each token, and after the last
   * @param end length of the line in bytes, if `bytes` also holds the text after the cursor. A model that does not see
   * that text in its prompt has to predict it.
   */
  constructor(
    mapping: VocabularyMapping,
    bytes: Uint8Array,
    path: readonly number[],
    readings: readonly TokenDistribution[],
    end?: number,
  ) {
    this.end = end;
    this.cursor = mapping.own.healed.length;
    this.mapping = mapping;
    this.bytes = bytes;
    this.readings = readings;
    this.path = path;
    path.forEach((token, i) => {
      this.starts.push((this.starts[i] as number) + mapping.vocabulary.tokenizer.bytesOf(token).length);
      this.before.push((this.before[i] as number) + logOf((readings[i] as TokenDistribution).probabilityOf(token)));
    });
  }

  /** Log probability of the first `end` bytes. Decreases with `end`. */
  logBytes(end: number): number {
    if (end <= 0) return 0;
    const token = this.tokenAt(end - 1);
    const start = this.starts[token] as number;
    const reading = this.readings[token] as TokenDistribution;
    const { tokenizer } = this.mapping.vocabulary;
    const wanted = this.bytes.subarray(start, end);
    const own = this.path[token] as number;
    // The line's own token counts even if it is not among the likeliest.
    let covered = reading.probabilityOf(own);
    for (const id of reading.ids) {
      if (id !== own && id < tokenizer.vocabularySize && startsWithBytes(tokenizer.bytesOf(id), wanted))
        covered += reading.probabilityOf(id);
    }
    return (this.before[token] as number) + logOf(covered);
  }

  /** Log probability of all bytes followed by the line's end. */
  logLine(): number {
    if (this.end !== undefined) return this.logBytes(this.bytes.length);
    const last = this.starts.length - 1;
    let sum = Math.exp(this.before[last] as number) * (this.readings[last] as TokenDistribution).finish;
    for (let token = last - 1; token >= Math.max(0, last - ENDINGS); token--) {
      const ending = this.mapping.endingWith(this.bytes.subarray(this.starts[token]));
      const reading = this.readings[token] as TokenDistribution;
      for (const id of reading.ids)
        if (ending.includes(id)) sum += Math.exp(this.before[token] as number) * reading.probabilityOf(id);
    }
    return logOf(sum);
  }

  /** The distribution after the first `end` bytes, if a token begins there. */
  readingAt(end: number): NeuralReading | undefined {
    const reading = this.readings[this.starts.indexOf(end)];
    if (!reading) return undefined;
    const { entropy, finish } = reading;
    const [best] = reading.best;
    if (best === undefined) return { entropy, finish };
    const bytes = this.mapping.vocabulary.tokenizer.bytesOf(best);
    return { entropy, finish, best: { bytes, probability: reading.probabilityOf(best) } };
  }

  /** Index of the token that contains a byte. */
  private tokenAt(byte: number): number {
    let token = this.starts.length - 2;
    while (token > 0 && (this.starts[token] as number) > byte) token--;
    return token;
  }
}
