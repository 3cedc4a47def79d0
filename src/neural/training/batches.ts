// Batches of fixed shape from weighted token sequences. Short sequences share a window. Only sequences longer than a
// window are cut.
import { shuffled } from '../../common/statistics/random.ts';

export interface Example {
  readonly ids: Int32Array;
  /** Weight of predicting each token (the first is never predicted); absent: 1 everywhere. */
  readonly weights?: Float32Array;
}

/** Rows are batch x time. A token with weight 0 is not trained. */
export interface TokenBatch {
  readonly ids: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float32Array;
}

/**
 * Windows of `length` tokens in a micro-batch, and micro-batches in a step. Small micro-batches bound memory and the
 * delay of completions.
 */
export interface BatchOptions {
  readonly batch: number;
  readonly length: number;
  readonly microBatches: number;
  readonly seed: number;
  /**
   * Token between two sequences in a window. As a target it counts only where a sample itself ends in it. Sequences of
   * a window see each other: the mask is causal and nothing more.
   */
  readonly separator: number;
}

/** Consecutive tokens of an example: at most `length` + 1. The first is not predicted. */
interface Piece {
  readonly example: Example;
  readonly start: number;
  readonly end: number;
}

/**
 * An endless, random-access stream of steps over examples. Step n does not depend on earlier calls, so a resumed run
 * sees the same batches. Every epoch has its own order.
 */
export class TrainingBatches {
  private readonly options: BatchOptions;
  private readonly windows: readonly TokenBatch[];
  private epoch = -1;
  private order: number[] = [];

  constructor(examples: readonly Example[], options: BatchOptions) {
    this.options = options;
    this.windows = packPieces(cutExamples(examples, options), options.length)
      .map((parts) => windowOf(parts, options))
      .filter(({ weights }) => weights.some((weight) => weight > 0));
    if (this.windows.length === 0) throw new Error('there is no token to learn from');
  }

  /** Number of steps that use every window once, rounded up. */
  get stepsPerEpoch(): number {
    return Math.ceil(this.windows.length / (this.options.batch * this.options.microBatches));
  }

  private windowAt(position: number): TokenBatch {
    const epoch = Math.floor(position / this.windows.length);
    if (epoch !== this.epoch) {
      this.epoch = epoch;
      this.order = shuffled(this.windows.length, this.options.seed + 1 + epoch);
    }
    return this.windows[this.order[position % this.windows.length] as number] as TokenBatch;
  }

  /** The micro-batches of a step, counted from 0. All weights sum to 1. */
  batchesOfStep(step: number): TokenBatch[] {
    const { batch, microBatches } = this.options;
    const rows = batch * microBatches;
    const windows = Array.from({ length: rows }, (_, i) => this.windowAt(step * rows + i));
    const rowsOf = (at: number) => windows.slice(at * batch, (at + 1) * batch);
    return normaliseWeights(Array.from({ length: microBatches }, (_, at) => stackWindows(rowsOf(at), this.options)));
  }

  /** All windows once, for validation. Weights together sum to 1; the last batch is filled up with empty windows. */
  allBatches(): TokenBatch[] {
    const { batch } = this.options;
    const count = Math.ceil(this.windows.length / batch);
    return normaliseWeights(
      Array.from({ length: count }, (_, i) =>
        stackWindows(this.windows.slice(i * batch, (i + 1) * batch), this.options),
      ),
    );
  }
}

/**
 * Pieces in seeded order. The pieces of a long sequence overlap by one token, so that every token but one is a target.
 */
function cutExamples(examples: readonly Example[], { length, seed }: BatchOptions): Piece[] {
  return shuffled(examples.length, seed).flatMap((index) => {
    const example = examples[index] as Example;
    const out: Piece[] = [];
    for (let start = 0; start + 1 < example.ids.length; start += length) {
      out.push({ example, start, end: Math.min(example.ids.length, start + length + 1) });
    }
    return out;
  });
}

/** Best fit, longest first: each piece goes to the fullest window with room for it and a separator. */
function packPieces(all: readonly Piece[], length: number): Piece[][] {
  const windows: Piece[][] = [];
  // Windows by the number of tokens that still fit, without a separator.
  const byRoom: Piece[][][] = Array.from({ length: length + 2 }, () => []);
  const sized = all.map((piece) => ({ piece, size: piece.end - piece.start }));
  for (const { piece, size } of sized.sort((a, b) => b.size - a.size)) {
    let room = size + 1;
    while (room <= length + 1 && byRoom[room]?.length === 0) room++;
    const open = byRoom[room]?.pop();
    const window = open ?? [];
    if (!open) windows.push(window);
    window.push(piece);
    const left = open ? room - size - 1 : length + 1 - size;
    byRoom[left]?.push(window);
  }
  return windows;
}

function windowOf(parts: readonly Piece[], { length, separator }: BatchOptions): TokenBatch {
  const ids = new Int32Array(length + 1).fill(separator);
  const weights = new Float32Array(length + 1);
  let at = 0;
  for (const { example, start, end } of parts) {
    if (at > 0 && ids[at - 1] !== separator) at++;
    ids.set(example.ids.subarray(start, end), at);
    for (let i = start + 1; i < end; i++) weights[at + i - start] = example.weights?.[i] ?? 1;
    at += end - start;
  }
  return {
    ids: ids.slice(0, length),
    targets: ids.slice(1),
    weights: weights.slice(1),
  };
}

function stackWindows(windows: readonly TokenBatch[], { batch, length, separator }: BatchOptions): TokenBatch {
  const rows = batch * length;
  const out = {
    ids: new Int32Array(rows).fill(separator),
    targets: new Int32Array(rows).fill(separator),
    weights: new Float32Array(rows),
  };
  windows.forEach((window, i) => {
    out.ids.set(window.ids, i * length);
    out.targets.set(window.targets, i * length);
    out.weights.set(window.weights, i * length);
  });
  return out;
}

function normaliseWeights(batches: TokenBatch[]): TokenBatch[] {
  let total = 0;
  for (const { weights } of batches) for (const weight of weights) total += weight;
  for (const { weights } of batches)
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) / total;
  return batches;
}
