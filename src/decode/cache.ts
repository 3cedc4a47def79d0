// Keys and values of the tokens seen so far, in plain arrays [time, batch, head, width]: cutting back is a number.
import type { ModelConfig } from '../arch/config.ts';
import { cacheNames } from '../arch/serve.ts';
import { Tensor } from '../runtime/tensor.ts';

export class KeyValueCache {
  readonly batch: number;
  private readonly dims: readonly [number, number];
  private readonly width: number;
  private readonly arrays = new Map<string, Float32Array>();
  private capacity: number;
  private used = 0;

  constructor(config: ModelConfig, batch: number, capacity = 256) {
    this.batch = batch;
    this.dims = [config.keyValueHeads, config.headDim];
    this.width = batch * config.keyValueHeads * config.headDim;
    this.capacity = capacity;
    for (const name of cacheNames(config)) this.arrays.set(name, new Float32Array(capacity * this.width));
  }

  /** Time steps held. */
  get length(): number {
    return this.used;
  }

  /** Bytes held by the arrays. */
  get bytes(): number {
    return this.arrays.size * this.capacity * this.width * 4;
  }

  /** Forgets everything after the first `length` steps. */
  truncate(length: number): void {
    if (length > this.used) throw new Error(`the cache holds ${this.used} steps, not ${length}`);
    this.used = length;
  }

  reserve(steps: number): void {
    const needed = this.used + steps;
    if (needed <= this.capacity) return;
    this.capacity = Math.max(needed, this.capacity * 2);
    for (const [name, array] of this.arrays) {
      const larger = new Float32Array(this.capacity * this.width);
      larger.set(array.subarray(0, this.used * this.width));
      this.arrays.set(name, larger);
    }
  }

  /** past_* to feed, and new_* for the session to write the next `steps` steps to: both views of the arrays. */
  tensors(steps: number): { past: Record<string, Tensor>; next: Record<string, Tensor> } {
    this.reserve(steps);
    const past: Record<string, Tensor> = {};
    const next: Record<string, Tensor> = {};
    const at = this.used * this.width;
    for (const [name, array] of this.arrays) {
      past[`past_${name}`] = Tensor.host(array.subarray(0, at), [this.used, this.batch, ...this.dims]);
      next[`new_${name}`] = Tensor.host(array.subarray(at, at + steps * this.width), [steps, this.batch, ...this.dims]);
    }
    return { past, next };
  }

  /** Counts the steps that were just written as held. */
  advance(steps: number): void {
    this.used += steps;
  }
}
