// Batches of fixed shape from weighted token sequences: seeded order, long sequences cut, short ones packed end to end.
import { shuffled } from '../common/random.ts';

export interface Example {
  readonly ids: Int32Array;
  /** Weight of predicting each token (the first is never predicted); absent: 1 everywhere. */
  readonly weights?: Float32Array;
}

/** Rows are batch x time. `weights` are 0 where there is nothing to learn. */
export interface TokenBatch {
  readonly ids: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float32Array;
}

export interface BatchOptions {
  readonly batch: number;
  readonly length: number;
  readonly microBatches: number;
  readonly seed: number;
  /** Put between packed sequences, so that the model can tell where one ends. Never predicted from the sequence before. */
  readonly separator: number;
}

/**
 * An endless, random-access stream of steps over examples: step n is the same whatever was asked before, so that a resumed run
 * sees the batches it would have seen. Every epoch has an order of its own.
 */
export class Batches {
  private readonly options: BatchOptions;
  private readonly windows: {
    readonly ids: Int32Array;
    readonly targets: Int32Array;
    readonly weights: Float32Array;
  }[] = [];
  private epoch = -1;
  private order: number[] = [];

  constructor(examples: readonly Example[], options: BatchOptions) {
    this.options = options;
    this.pack(examples);
    if (this.windows.length === 0) throw new Error('there is no token to learn from');
  }

  /** Windows, each of `length` tokens. */
  get size(): number {
    return this.windows.length;
  }

  /** Steps that show every window once, rounded up. */
  get stepsPerEpoch(): number {
    return Math.ceil(this.windows.length / (this.options.batch * this.options.microBatches));
  }

  private pack(examples: readonly Example[]): void {
    const { length, separator, seed } = this.options;
    const ids: number[] = [];
    const weights: number[] = [];
    for (const index of shuffled(examples.length, seed)) {
      const example = examples[index] as Example;
      if (example.ids.length < 2) continue;
      ids.push(separator);
      weights.push(0);
      for (let i = 0; i < example.ids.length; i++) {
        ids.push(example.ids[i] as number);
        weights.push(i === 0 ? 0 : (example.weights?.[i] ?? 1));
      }
    }
    for (let start = 0; start + 1 < ids.length; start += length) {
      const end = Math.min(ids.length - 1, start + length);
      const window = {
        ids: new Int32Array(length).fill(separator),
        targets: new Int32Array(length).fill(separator),
        weights: new Float32Array(length),
      };
      for (let i = start; i < end; i++) {
        window.ids[i - start] = ids[i] as number;
        window.targets[i - start] = ids[i + 1] as number;
        window.weights[i - start] = weights[i + 1] as number;
      }
      if (window.weights.some((weight) => weight > 0)) this.windows.push(window);
    }
  }

  private window(position: number) {
    const epoch = Math.floor(position / this.windows.length);
    if (epoch !== this.epoch) {
      this.epoch = epoch;
      this.order = shuffled(this.windows.length, this.options.seed + 1 + epoch);
    }
    return this.windows[this.order[position % this.windows.length] as number] as TokenBatch;
  }

  /** The micro-batches of step `step`, from 0; the weights of all of them together sum to 1. */
  step(step: number): TokenBatch[] {
    const { batch, length, microBatches } = this.options;
    const rows = batch * length;
    let total = 0;
    const out: TokenBatch[] = [];
    for (let micro = 0; micro < microBatches; micro++) {
      const part = { ids: new Int32Array(rows), targets: new Int32Array(rows), weights: new Float32Array(rows) };
      for (let i = 0; i < batch; i++) {
        const window = this.window((step * microBatches + micro) * batch + i);
        part.ids.set(window.ids, i * length);
        part.targets.set(window.targets, i * length);
        part.weights.set(window.weights, i * length);
        for (const weight of window.weights) total += weight;
      }
      out.push(part);
    }
    for (const { weights } of out) for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) / total;
    return out;
  }
}
