// Keys and values of past tokens, in plain arrays [head, room, width]: truncating only changes the length.
import type { ModelConfig } from '../architecture/parameters.ts';
import { cacheHeadWidth, cacheNames } from '../architecture/serve.ts';
import { Tensor } from '../runtime/session.ts';

/**
 * Growth rounds the room up to a multiple of this many time steps. At least half as many stay free, because a line
 * follows a prompt and growing copies everything.
 */
const ROOM = 256;

export class KeyValueCache {
  /** An array consists of this many blocks of `room` steps. */
  private readonly heads: number;
  private readonly width: number;
  private readonly names: readonly string[];
  private room: number;
  private arrays: readonly Float32Array[];
  private views: CacheTensors;
  private used = 0;

  constructor(config: ModelConfig, room = ROOM) {
    this.heads = config.keyValueHeads;
    this.width = cacheHeadWidth(config);
    this.names = cacheNames(config);
    this.room = room;
    this.arrays = this.names.map(() => this.empty());
    this.views = this.tensorsOf();
  }

  /** Time steps held. */
  get length(): number {
    return this.used;
  }

  /** Bytes of the steps held. Unused room takes no memory until it is written. */
  get bytes(): number {
    return this.used * this.bytesOfStep;
  }

  get bytesOfStep(): number {
    return this.arrays.length * this.heads * this.width * 4;
  }

  /** Drops everything after the first `length` steps. */
  truncate(length: number): void {
    if (length > this.used) throw new Error(`the cache holds ${this.used} steps, not ${length}`);
    this.used = length;
  }

  /** Replaces all content with the first `length` steps of another cache of the same model. */
  copy(from: KeyValueCache, length: number): void {
    this.used = 0;
    this.reserve(length);
    for (const [i, array] of this.arrays.entries()) {
      const source = from.arrays[i] as Float32Array;
      for (let head = 0; head < this.heads; head++) {
        const start = head * from.room * this.width;
        array.set(source.subarray(start, start + length * this.width), head * this.room * this.width);
      }
    }
    this.used = length;
  }

  /** Keeps the first `from` steps and then only `steps`, in this order without a gap. No index may increase. */
  gather(from: number, steps: readonly number[]): void {
    const { room, width } = this;
    for (const array of this.arrays) {
      for (let head = 0; head < this.heads; head++) {
        for (const [i, step] of steps.entries()) {
          if (step === from + i) continue;
          const source = (head * room + step) * width;
          array.copyWithin((head * room + from + i) * width, source, source + width);
        }
      }
    }
    this.truncate(from + steps.length);
  }

  private empty(): Float32Array {
    return new Float32Array(this.heads * this.room * this.width);
  }

  private reserve(steps: number): void {
    const needed = this.used + steps;
    if (needed <= this.room) return;
    const before = this.room * this.width;
    const held = this.used * this.width;
    this.room = Math.ceil((needed + ROOM / 2) / ROOM) * ROOM;
    this.arrays = this.arrays.map((array) => {
      const larger = this.empty();
      for (let head = 0; head < this.heads; head++) {
        larger.set(array.subarray(head * before, head * before + held), head * this.room * this.width);
      }
      return larger;
    });
    this.views = this.tensorsOf();
  }

  private tensorsOf(): CacheTensors {
    const past: Record<string, Tensor> = {};
    const renewed: Record<string, Tensor> = {};
    this.names.forEach((name, i) => {
      const shape = [1, this.heads, this.room, this.width];
      const tensor = Tensor.host(this.arrays[i] as Float32Array, shape);
      past[`past_${name}`] = tensor;
      renewed[`new_${name}`] = tensor;
    });
    return { past, renewed };
  }

  /** Tensors past_* to feed, and new_* in the same memory, to which the session writes the next `steps` steps. */
  tensors(steps: number): CacheTensors {
    this.reserve(steps);
    return this.views;
  }

  /** Counts the steps that were just written. */
  advance(steps: number): void {
    this.used += steps;
  }
}

interface CacheTensors {
  readonly past: Readonly<Record<string, Tensor>>;
  readonly renewed: Readonly<Record<string, Tensor>>;
}
