// Reads a row of the neural model's logits for the search, the gate and the fit, in one pass.
import { logTotal } from '../../neural/inference/passes.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';

/** Number of most likely tokens that are returned. Candidates of the n-grams are added to them. */
const BEST = 12;
/** A token this far below the best logit has a share under 1e-9. */
const NEGLIGIBLE = 20;

/** A next-token distribution. All tokens that end the middle are one event, `finish`. */
export interface NextTokenDistribution {
  readonly logits: Float32Array;
  /** Logarithm of the sum of all exponentials: a token's log probability is its logit minus this. */
  readonly logTotal: number;
  /** Entropy of the whole distribution, nats. */
  readonly entropy: number;
  /** Probability of all allowed tokens together; 1 if all are allowed. */
  readonly allowed: number;
  /** Probability that the middle ends here. */
  readonly finish: number;
  /** Most likely tokens first. */
  readonly best: readonly number[];
}

export class LogitReader {
  private readonly size: number;
  /** 0: ordinary; 1: ends the line; 2: special, ends the middle. */
  private readonly kinds: Uint8Array;

  /** @param size of the model's vocabulary; ids that the tokenizer does not know count as special */
  constructor(vocabulary: Pick<Vocabulary, 'tokenizer' | 'endsLine'>, size: number) {
    this.size = size;
    this.kinds = new Uint8Array(size);
    const { tokenizer } = vocabulary;
    for (let id = 0; id < size; id++) {
      const special = id >= tokenizer.vocabularySize || tokenizer.bytesOf(id).length === 0;
      this.kinds[id] = special ? 2 : (vocabulary.endsLine[id] as number);
    }
  }

  /**
   * @param lineEndFinishes a line end ends the middle; otherwise only a special token does, and line ends are left out
   * @param allowed tokens that may come; all others, and the end, get no probability
   */
  read(logits: Float32Array, lineEndFinishes: boolean, allowed?: readonly number[]): NextTokenDistribution {
    const { kinds, size } = this;
    const count = allowed?.length ?? size;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const value = logits[allowed ? (allowed[i] as number) : i] as number;
      if (value > highest) highest = value;
    }
    let total = 0;
    let weighted = 0;
    let finish = 0;
    const best: number[] = [];
    const values: number[] = [];
    for (let i = 0; i < count; i++) {
      const id = allowed ? (allowed[i] as number) : i;
      const distance = (logits[id] as number) - highest;
      if (distance < -NEGLIGIBLE) continue;
      const weight = Math.exp(distance);
      total += weight;
      weighted += weight * distance;
      const kind = kinds[id] as number;
      if (kind === 2 || (kind === 1 && lineEndFinishes)) finish += weight;
      if (kind !== 0) continue;
      if (values.length === BEST && !(weight > (values[BEST - 1] as number))) continue;
      let slot = values.length;
      while (slot > 0 && weight > (values[slot - 1] as number)) slot--;
      values.splice(slot, 0, weight);
      best.splice(slot, 0, id);
      if (values.length > BEST) {
        values.pop();
        best.pop();
      }
    }
    const log = Math.log(total);
    return {
      logits,
      logTotal: highest + log,
      entropy: Math.max(0, log - weighted / total),
      allowed: allowed ? Math.exp(highest + log - logTotal(logits)) : 1,
      finish: allowed ? 0 : finish / total,
      best,
    };
  }
}

export function probability({ logits, logTotal }: NextTokenDistribution, id: number): number {
  const logit = logits[id];
  return logit === undefined ? 0 : Math.exp(logit - logTotal);
}

/** Logarithm that is finite for p = 0, too. */
export function logOf(p: number): number {
  return Math.log(Math.max(1e-12, p));
}
