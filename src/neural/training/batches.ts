// Batches of fixed shape from weighted token sequences. Short sequences share windows; only those longer than a window
// are cut.
import { shuffled, uniforms } from '../../common/statistics/random.ts';

export interface Example {
  readonly ids: Int32Array;
  /** Weight of predicting each token (the first is never predicted); absent: 1 everywhere. */
  readonly weights?: Float32Array;
  /**
   * Importance, in any unit; absent: 1. If time ends a run before all examples were seen, the important ones are the
   * more likely to have been.
   */
  readonly worth?: number;
  /** A large model chose or wrote it. At most half of a step's weight is from such examples. */
  readonly taught?: true;
  /**
   * Probability of each token under the model that this one is mixed with; NaN: unknown. For validation, see Validated.
   */
  readonly beside?: Float32Array;
}

/** The arrays that tell examples apart. */
export function partsOf({
  ids,
  weights = new Float32Array(),
  worth = 1,
  taught,
  beside,
}: Example): (Int32Array | Float32Array)[] {
  return [ids, weights, Float32Array.of(worth, ...(taught ? [1] : [])), ...(beside ? [beside] : [])];
}

/** Rows are batch x time. `weights` are 0 where nothing is learned. */
export interface TokenBatch {
  readonly ids: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float32Array;
  /** See Example, for each target; absent: unknown for all. */
  readonly beside?: Float32Array;
}

interface Window extends TokenBatch {
  readonly worth: number;
  /** 1 for targets from a large model; absent: none are. */
  readonly taught?: Uint8Array;
}

export interface BatchOptions {
  readonly batch: number;
  readonly length: number;
  readonly microBatches: number;
  readonly seed: number;
  /** Put between sequences that share a window, to mark where one ends. Never predicted itself. */
  readonly separator: number;
}

/** A run of an example's tokens: at most `length` + 1, of which the first is not predicted. */
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
  private readonly windows: readonly Window[];
  /** Windows with a target that is not from a large model. */
  private readonly own: readonly Window[];
  private epoch = -1;
  private order: number[] = [];

  constructor(examples: readonly Example[], options: BatchOptions) {
    this.options = options;
    this.windows = pack(pieces(examples, options), options.length)
      .map((parts) => windowOf(parts, options))
      .filter(({ weights }) => weights.some((weight) => weight > 0));
    if (this.windows.length === 0) throw new Error('there is no token to learn from');
    this.own = this.windows.filter((window) => weightsIn([window]).own > 0);
  }

  /** Windows, each of `length` tokens. */
  get size(): number {
    return this.windows.length;
  }

  /** Steps that show every window once, rounded up. */
  get stepsPerEpoch(): number {
    return Math.ceil(this.windows.length / (this.options.batch * this.options.microBatches));
  }

  private window(position: number): Window {
    const epoch = Math.floor(position / this.windows.length);
    if (epoch !== this.epoch) {
      this.epoch = epoch;
      this.order = drawn(
        this.windows.map(({ worth }) => worth),
        this.options.seed + 1 + epoch,
      );
    }
    return this.windows[this.order[position % this.windows.length] as number] as Window;
  }

  /**
   * The micro-batches of step `step`, from 0. Their weights together sum to 1, those of a large model to at most half
   * of that.
   */
  step(step: number): TokenBatch[] {
    const { batch, microBatches } = this.options;
    const rows = batch * microBatches;
    const windows = this.halfTaught(
      Array.from({ length: rows }, (_, i) => this.window(step * rows + i)),
      step,
    );
    const micro = (at: number) => windows.slice(at * batch, (at + 1) * batch);
    return normalised(Array.from({ length: microBatches }, (_, at) => stacked(micro(at), this.options)));
  }

  /**
   * Scales the weights of a large model down to half of the step. If the step has no others, one window is replaced.
   */
  private halfTaught(windows: readonly Window[], step: number): readonly Window[] {
    const { own, taught } = weightsIn(windows);
    if (taught <= own || this.own.length === 0) return windows;
    if (own > 0) return windows.map((window) => lessTaught(window, own / taught));
    return this.halfTaught([this.own[step % this.own.length] as Window, ...windows.slice(1)], step);
  }

  /** All windows once, for validation. Weights together sum to 1; the last batch is filled up with empty windows. */
  everything(): TokenBatch[] {
    const { batch } = this.options;
    const count = Math.ceil(this.windows.length / batch);
    return normalised(
      Array.from({ length: count }, (_, i) => stacked(this.windows.slice(i * batch, (i + 1) * batch), this.options)),
    );
  }
}

function weightsIn(windows: readonly Window[]): { readonly own: number; readonly taught: number } {
  const sums = { own: 0, taught: 0 };
  for (const { weights, taught } of windows)
    for (let i = 0; i < weights.length; i++) sums[taught?.[i] ? 'taught' : 'own'] += weights[i] as number;
  return sums;
}

function lessTaught(window: Window, times: number): Window {
  const { taught } = window;
  return taught
    ? { ...window, weights: window.weights.map((weight, i) => (taught[i] ? times * weight : weight)) }
    : window;
}

/**
 * Each index once, drawn without replacement in proportion to its worth (Efraimidis & Spirakis 2006); a shuffle if all
 * are equal.
 */
function drawn(worths: readonly number[], seed: number): number[] {
  const order = shuffled(worths.length, seed);
  if (worths.every((worth) => worth === worths[0])) return order;
  const random = uniforms(seed);
  const times = worths.map((worth) => -Math.log(1 - random()) / worth);
  return order.sort((a, b) => (times[a] as number) - (times[b] as number));
}

/** In seeded order. The pieces of a long sequence overlap by one token: the last of one is the first of the next. */
function pieces(examples: readonly Example[], { length, seed }: BatchOptions): Piece[] {
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
function pack(all: readonly Piece[], length: number): Piece[][] {
  const windows: Piece[][] = [];
  // Windows by the tokens that still fit in them, separator not counted.
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

function windowOf(parts: readonly Piece[], { length, separator }: BatchOptions): Window {
  const ids = new Int32Array(length + 1).fill(separator);
  const weights = new Float32Array(length + 1);
  const taught = parts.some(({ example }) => example.taught) ? new Uint8Array(length + 1) : undefined;
  const beside = parts.some(({ example }) => example.beside)
    ? new Float32Array(length + 1).fill(Number.NaN)
    : undefined;
  let at = 0;
  for (const { example, start, end } of parts) {
    if (at > 0 && ids[at - 1] !== separator) at++;
    ids.set(example.ids.subarray(start, end), at);
    for (let i = start + 1; i < end; i++) weights[at + i - start] = example.weights?.[i] ?? 1;
    if (example.taught) taught?.fill(1, at, at + end - start);
    if (example.beside) beside?.set(example.beside.subarray(start, end), at);
    at += end - start;
  }
  const worth = parts.reduce((sum, { example, start, end }) => {
    // A cut sequence's worth is split by length.
    return sum + ((example.worth ?? 1) * (end - start)) / example.ids.length;
  }, 0);
  return {
    ...{ ids: ids.slice(0, length), targets: ids.slice(1), weights: weights.slice(1), worth },
    ...(taught && { taught: taught.slice(1) }),
    ...(beside && { beside: beside.slice(1) }),
  };
}

function stacked(windows: readonly TokenBatch[], { batch, length, separator }: BatchOptions): TokenBatch {
  const rows = batch * length;
  const out = {
    ids: new Int32Array(rows).fill(separator),
    targets: new Int32Array(rows).fill(separator),
    weights: new Float32Array(rows),
    ...(windows.some(({ beside }) => beside) && { beside: new Float32Array(rows).fill(Number.NaN) }),
  };
  windows.forEach((window, i) => {
    out.ids.set(window.ids, i * length);
    out.targets.set(window.targets, i * length);
    out.weights.set(window.weights, i * length);
    if (window.beside) out.beside?.set(window.beside, i * length);
  });
  return out;
}

function normalised(batches: TokenBatch[]): TokenBatch[] {
  let total = 0;
  for (const { weights } of batches) for (const weight of weights) total += weight;
  for (const { weights } of batches)
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) / total;
  return batches;
}
