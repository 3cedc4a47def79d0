// A decoder with loaded sessions. Each pass runs new tokens and predicts the next.
import type { Precision } from '../architecture/constants.ts';
import { MASKED } from '../architecture/decoder.ts';
import type { Model } from '../architecture/lora.ts';
import { promptGraph, stepGraph, UNRETURNED_OUTPUT } from '../architecture/serve.ts';
import { Session, type SessionOptions, Tensor } from '../runtime/session.ts';
import { KeyValueCache, Passes, positionsOf } from './passes.ts';
import { quantizationRange } from './quantization-range.ts';

export interface NetworkOptions extends SessionOptions {
  readonly precision: Precision;
}

export interface Pass {
  /** New tokens. */
  readonly ids: readonly number[];
  /** Indexes of the new tokens whose logits are wanted. */
  readonly rows: readonly number[];
  /** Present if the new tokens are branches rather than a sequence. */
  readonly tree?: Tree;
}

/** Branches with a common beginning, in one cache (tree attention, Miao et al. 2024). */
export interface Tree {
  /** Number of cache slots of the common beginning, which every branch sees. */
  readonly root: number;
  /** For each new token: its position in the text, and the slots from `root` on that it sees besides itself. */
  readonly nodes: readonly { readonly position: number; readonly visible: readonly number[] }[];
}

/** The graph that also predicts is faster for fewer prompt tokens than this. */
const FEWEST_ABSORBED = 16;

export class Network {
  readonly config: Model['config'];
  private readonly step: Session;
  private readonly prompt: Session | undefined;
  private readonly passes: Passes;

  private constructor(config: Model['config'], step: Session, prompt: Session | undefined) {
    this.config = config;
    this.step = step;
    this.prompt = prompt;
    this.passes = new Passes(config);
  }

  static async load(model: Model, options: NetworkOptions): Promise<Network> {
    const { precision } = options;
    const sessionOptions = { ...options, unreturnable: UNRETURNED_OUTPUT };
    // Full precision is the reference and uses one graph for all tokens. The prompt's session is loaded first. The
    // second session then reuses the memory that the first needed only for loading, which is as much as it keeps.
    const prompt =
      precision === 'fp32'
        ? undefined
        : await Session.load(promptGraph(model, await quantizationRange()), sessionOptions);
    const step = await Session.load(stepGraph(model, precision), sessionOptions);
    return new Network(model.config, step, prompt);
  }

  cache(): KeyValueCache {
    return new KeyValueCache(this.config);
  }

  /** Logits f32 [rows, vocabulary] of the wanted rows; the new tokens are in the cache afterwards. */
  async forward(cache: KeyValueCache, { ids, rows, tree }: Pass): Promise<Float32Array> {
    const steps = ids.length;
    const past = cache.length;
    const positions = tree
      ? BigInt64Array.from(tree.nodes, ({ position }) => BigInt(position))
      : positionsOf(steps, past);
    // Attention is causal by itself, so a sequence needs no mask.
    const mask = tree ? treeMask(tree, past) : new Float32Array(steps * (past + steps));
    const logits = new Float32Array(rows.length * this.config.vocabSize);
    await this.passes.run(
      this.step,
      cache,
      steps,
      {
        ids: Tensor.host(Int32Array.from(ids), [1, steps]),
        positions: Tensor.host(positions, [1, steps]),
        mask: Tensor.host(mask, [1, 1, steps, past + steps]),
        rows: Tensor.host(Int32Array.from(rows), [rows.length]),
      },
      { logits: Tensor.host(logits, [rows.length, 1, this.config.vocabSize]) },
    );
    return logits;
  }

  /** Whether it is faster to run this many prompt tokens separately from the token that predicts. */
  absorbs(tokens: number): boolean {
    return this.prompt !== undefined && tokens >= FEWEST_ABSORBED;
  }

  /** Appends tokens to the cache; predicts nothing. */
  async absorb(cache: KeyValueCache, tokens: readonly number[]): Promise<void> {
    if (!this.prompt || !this.absorbs(tokens.length)) {
      await this.forward(cache, { ids: tokens, rows: [tokens.length - 1] });
      return;
    }
    await this.passes.absorb(this.prompt, cache, tokens);
  }

  async dispose(): Promise<void> {
    await this.step.dispose();
    await this.prompt?.dispose();
  }
}

/** [1, 1, steps, past + steps]: masks the part of the cache and the new tokens that a branch does not see. */
function treeMask({ root, nodes }: Tree, past: number): Float32Array {
  const total = past + nodes.length;
  const mask = new Float32Array(nodes.length * total);
  nodes.forEach(({ visible }, t) => {
    const row = t * total;
    mask.fill(MASKED, row + root, row + total);
    for (const slot of visible) mask[row + slot] = 0;
    mask[row + past + t] = 0;
  });
  return mask;
}
