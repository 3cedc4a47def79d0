// A decoder ready to predict: its session, and one pass over new tokens.

import { MASKED } from '../arch/decoder.ts';
import type { Model } from '../arch/model.ts';
import type { Precision } from '../arch/precision.ts';
import { ropeTables } from '../arch/rope.ts';
import { serveGraph } from '../arch/serve.ts';
import { Session, type SessionOptions } from '../runtime/session.ts';
import { Tensor } from '../runtime/tensor.ts';
import { KeyValueCache } from './cache.ts';

export interface NetworkOptions extends SessionOptions {
  readonly precision: Precision;
}

export interface Pass {
  /** New tokens, [time][sequence]. */
  readonly ids: readonly (readonly number[])[];
  /** The new tokens, by time, whose logits are wanted. */
  readonly rows: readonly number[];
  /** Leading time steps of each sequence that are padding. Absent: none. */
  readonly padding?: readonly number[];
  /** The new tokens are branches rather than a sequence; only with a batch of one. */
  readonly tree?: Tree;
}

/** Branches that share a beginning, side by side in one cache, as in tree attention (Miao et al. 2024). */
export interface Tree {
  /** Cache slots up to here are the shared beginning, seen by every branch. */
  readonly root: number;
  /** Of each new token: its position in the text, and the slots from `root` on that it sees beside itself. */
  readonly nodes: readonly { readonly position: number; readonly visible: readonly number[] }[];
}

export class Network {
  readonly config: Model['config'];
  private readonly session: Session;
  private tables: { cos: Float32Array; sin: Float32Array };
  private tableLength: number;

  private constructor(config: Model['config'], session: Session) {
    this.config = config;
    this.session = session;
    this.tableLength = Math.min(config.contextLength, 512);
    this.tables = ropeTables(config, this.tableLength);
  }

  static async load(model: Model, options: NetworkOptions): Promise<Network> {
    return new Network(model.config, await Session.load(serveGraph(model, options.precision), options));
  }

  cache(batch = 1): KeyValueCache {
    return new KeyValueCache(this.config, batch);
  }

  /** Logits f32 [rows, batch, vocabulary] of the wanted rows; the new tokens are in the cache afterwards. */
  async forward(cache: KeyValueCache, { ids, rows, padding, tree }: Pass): Promise<Float32Array> {
    const { config } = this;
    const steps = ids.length;
    const { batch, length: past } = cache;
    const total = past + steps;
    const { past: pastTensors, next } = cache.tensors(steps);
    const group = config.heads / config.keyValueHeads;
    const flat = new Int32Array(steps * batch);
    ids.forEach((row, t) => {
      flat.set(row, t * batch);
    });
    const [cos, sin] = tree ? this.turned(tree) : this.rotations(steps, batch, past, padding);
    const mask = tree ? treeMask(tree, past, group) : causalMask(steps, batch, past, group, padding);
    const feeds: Record<string, Tensor> = {
      ...pastTensors,
      ids: Tensor.host(flat, [steps, batch]),
      cos: Tensor.host(cos, [steps, batch, 1, config.headDim]),
      sin: Tensor.host(sin, [steps, batch, 1, config.headDim]),
      mask: Tensor.host(mask, [batch, 1, group * steps, total]),
      rows: Tensor.host(Int32Array.from(rows), [rows.length]),
      row_mask: Tensor.host(rowsOf(mask, rows, steps, group * total), [batch, 1, group * rows.length, total]),
    };
    const { logits } = await this.session.run(feeds, next);
    cache.advance(steps);
    return (logits as Tensor).floats;
  }

  /** Positions count from each sequence's first real token. */
  private rotations(
    steps: number,
    batch: number,
    past: number,
    padding?: readonly number[],
  ): [Float32Array, Float32Array] {
    this.lengthenTables(past + steps);
    const { headDim } = this.config;
    return [this.tables.cos, this.tables.sin].map((table) => {
      if (batch === 1 && !padding) return table.subarray(past * headDim, (past + steps) * headDim);
      const out = new Float32Array(steps * batch * headDim);
      for (let t = 0; t < steps; t++) {
        for (let i = 0; i < batch; i++) {
          const position = Math.max(0, past + t - (padding?.[i] ?? 0));
          out.set(table.subarray(position * headDim, (position + 1) * headDim), (t * batch + i) * headDim);
        }
      }
      return out;
    }) as [Float32Array, Float32Array];
  }

  private turned({ nodes }: Tree): [Float32Array, Float32Array] {
    this.lengthenTables(nodes.reduce((most, { position }) => Math.max(most, position), 0) + 1);
    const { headDim } = this.config;
    return [this.tables.cos, this.tables.sin].map((table) => {
      const out = new Float32Array(nodes.length * headDim);
      nodes.forEach(({ position }, i) => {
        out.set(table.subarray(position * headDim, (position + 1) * headDim), i * headDim);
      });
      return out;
    }) as [Float32Array, Float32Array];
  }

  private lengthenTables(positions: number): void {
    if (positions <= this.tableLength) return;
    this.tableLength = Math.max(positions, this.tableLength * 2);
    this.tables = ropeTables(this.config, this.tableLength);
  }

  async dispose(): Promise<void> {
    await this.session.dispose();
  }
}

/** The mask's part for some of its `steps`, each `size` values wide; all of it where they are all. */
function rowsOf(mask: Float32Array, rows: readonly number[], steps: number, size: number): Float32Array {
  if (rows.length === steps && rows.every((row, i) => row === i)) return mask;
  const batch = mask.length / (steps * size);
  const out = new Float32Array(batch * rows.length * size);
  for (let i = 0; i < batch; i++) {
    rows.forEach((row, at) => {
      const from = (i * steps + row) * size;
      out.set(mask.subarray(from, from + size), (i * rows.length + at) * size);
    });
  }
  return out;
}

/** As `causalMask` lays it out, for one sequence. */
function treeMask({ root, nodes }: Tree, past: number, group: number): Float32Array {
  const total = past + nodes.length;
  const mask = new Float32Array(nodes.length * group * total);
  nodes.forEach(({ visible }, t) => {
    for (let head = 0; head < group; head++) {
      const row = (t * group + head) * total;
      mask.fill(MASKED, row + root, row + total);
      for (const slot of visible) mask[row + slot] = 0;
      mask[row + past + t] = 0;
    }
  });
  return mask;
}

/** [batch, 1, group x steps, past + steps]; query rows are time-major, the group's heads within. Padding is hidden from all but itself. */
function causalMask(
  steps: number,
  batch: number,
  past: number,
  group: number,
  padding?: readonly number[],
): Float32Array {
  const total = past + steps;
  const mask = new Float32Array(batch * steps * group * total);
  for (let i = 0; i < batch; i++) {
    const hidden = padding?.[i] ?? 0;
    for (let t = 0; t < steps; t++) {
      for (let head = 0; head < group; head++) {
        const row = ((i * steps + t) * group + head) * total;
        mask.fill(MASKED, row + past + t + 1, row + total);
        if (hidden > 0) mask.fill(MASKED, row, row + Math.min(hidden, past + t));
      }
    }
  }
  return mask;
}
