// A GGUF model in llama.cpp, with one sequence of tokens in its cache. The common beginning of two requests is kept.
import type {
  ControlledEvaluateIndexOutput,
  ControlledEvaluateInputItem,
  LlamaContextSequence,
  LlamaModel as Native,
  Token,
} from 'node-llama-cpp';
import { CodedError, messageOf } from '../../common/errors.ts';
import { megabytes } from '../../common/format.ts';
import { TOP, type TopTokens } from '../inference/top-tokens.ts';
import { loadLlama } from './library.ts';

export interface LlamaOptions {
  /** Of the GGUF file. */
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Tokens that it was trained on at once. */
  readonly contextLength: number;
  readonly threads: number;
  /** Whether a GPU may be used, where there is one. */
  readonly gpu: boolean;
}

/** Likeliest tokens whose sum counts as the whole: sorting all of 152,000 takes longer than a token's pass. */
const SUMMED = 20_000;
/** Tokens of the context: a long prompt with its line needs about 1,450. */
const CONTEXT = 2048;
/** Prompt tokens between two checks for a cancellation: a smaller batch costs more a token. */
const BATCH = 64;
const WANTED = {
  generateNext: {
    logits: { filter: { tokens: [] as Token[], includeTop: TOP } },
    totalLogitWeight: true,
    options: { temperature: 1, topK: SUMMED, topP: 1, minP: 0 },
  },
};

const ADVICE = 'Remove the base and add the file again, or choose another base.';

export class LlamaModel {
  /** Tokens that a prompt and its continuation may have together. */
  readonly contextLength: number;
  /** 'metal', 'vulkan', or 'cpu'. */
  readonly device: string;
  private readonly model: Native;
  private readonly sequence: LlamaContextSequence;
  /** Token that begins every text, for models that were trained so. */
  private readonly first: readonly Token[];
  private held: number[] = [];

  private constructor(model: Native, sequence: LlamaContextSequence, contextLength: number, device: string) {
    this.model = model;
    this.sequence = sequence;
    const { bos, shouldPrependBosToken } = model.tokens;
    this.first = shouldPrependBosToken && bos !== null ? [bos] : [];
    this.contextLength = contextLength - this.first.length;
    this.device = device;
  }

  /** Throws CodedError 'unsupported' or 'out-of-memory'. The caller has checked the file (`checkGgufFile`). */
  static async load({ path, bytes, contextLength, threads, gpu }: LlamaOptions): Promise<LlamaModel> {
    const { llama, gpu: device } = await loadLlama({ gpu, threads });
    let model: Native | undefined;
    try {
      model = await llama.loadModel({ modelPath: path, ...(device === false && { gpuLayers: 0 }) });
      const contextSize = Math.min(CONTEXT, contextLength);
      const context = await model.createContext({
        contextSize,
        batchSize: BATCH,
        sequences: 1,
        threads: { ideal: threads, min: threads },
      });
      return new LlamaModel(model, context.getSequence(), contextSize, device === false ? 'cpu' : device);
    } catch (cause) {
      await model?.dispose();
      const what = messageOf(cause);
      if (/memory|vram|too large/i.test(what))
        throw new CodedError(
          'out-of-memory',
          `The base needs ${megabytes(bytes)} and more, which this machine does not have free: ${what}. Choose a smaller base.`,
          { cause },
        );
      throw new CodedError('unsupported', `llama.cpp cannot load ${path}: ${what}. ${ADVICE}`, { cause });
    }
  }

  /** Tokens of `tokens` that the cache holds already. */
  heldOf(tokens: readonly number[]): number {
    const end = Math.min(this.held.length, tokens.length);
    let i = 0;
    while (i < end && this.held[i] === tokens[i]) i++;
    return i;
  }

  /**
   * The distributions after each token from index `from` on. The cache holds exactly `tokens` afterwards, or after a
   * cancellation the beginning that was run. Rejects with the signal's reason between two batches; throws CodedError
   * 'unsupported' if they are more than the context.
   */
  async distributionsAfter(tokens: readonly number[], from: number, signal?: AbortSignal): Promise<TopTokens[]> {
    if (tokens.length > this.contextLength)
      throw new CodedError(
        'unsupported',
        `The model's context has ${this.contextLength} tokens, not ${tokens.length}.`,
      );
    const kept = Math.min(this.heldOf(tokens), from);
    await this.truncate(kept);
    if (kept === 0 && this.first.length > 0 && this.sequence.nextTokenIndex === 0)
      await this.sequence.evaluateWithoutGeneratingNewTokens([...this.first]);
    for (let at = kept; at < from; at += BATCH) {
      signal?.throwIfAborted();
      const batch = tokens.slice(at, Math.min(at + BATCH, from));
      await this.sequence.evaluateWithoutGeneratingNewTokens(batch as Token[]);
      this.held.push(...batch);
    }
    const found: TopTokens[] = [];
    for (let at = from; at < tokens.length; at += BATCH) {
      signal?.throwIfAborted();
      const batch = tokens.slice(at, at + BATCH);
      const asked = batch.map((token): ControlledEvaluateInputItem => [token as Token, WANTED]);
      const rows = await this.sequence.controlledEvaluate(asked);
      this.held.push(...batch);
      for (let i = 0; i < batch.length; i++) found.push(topOf(rows[i]?.next ?? {}));
    }
    return found;
  }

  private async truncate(length: number): Promise<void> {
    const { sequence, first } = this;
    if (sequence.nextTokenIndex > length + first.length)
      await sequence.eraseContextTokenRanges([{ start: length + first.length, end: sequence.nextTokenIndex }]);
    this.held.length = length;
  }

  /** Empties the cache. */
  async clear(): Promise<void> {
    this.held = [];
    await this.sequence.clearHistory();
  }

  dispose(): Promise<void> {
    return this.model.dispose();
  }
}

/** @param totalLogitWeight sum of exp(logit - highest logit) */
function topOf({ logits, totalLogitWeight = 1 }: ControlledEvaluateIndexOutput['next']): TopTokens {
  const ids = [...(logits?.keys() ?? [])];
  const values = [...(logits?.values() ?? [])];
  const total = (values[0] ?? 0) + Math.log(totalLogitWeight);
  return { ids, logs: values.map((logit) => logit - total) };
}
