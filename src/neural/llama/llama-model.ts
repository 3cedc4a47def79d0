// A GGUF model in llama.cpp, which is loaded on first use, with one sequence of tokens in its cache; and its speed.
// The common beginning of two requests is kept.
import type {
  ControlledEvaluateIndexOutput,
  ControlledEvaluateInputItem,
  Llama,
  LlamaContextSequence,
  LlamaModel as Native,
  LlamaOptions as NativeOptions,
  Token,
} from 'node-llama-cpp';
import { CodedError, messageOf } from '../../common/errors.ts';
import { megabytes } from '../../common/format.ts';
import { uniforms } from '../../common/statistics/random.ts';
import { TOP, type TopTokens } from '../inference/passes.ts';
import { medianMs, type Timing } from '../inference/timing.ts';
import { GGUF_ADVICE } from '../models/list.ts';

const PROMPT_TOKENS = 512;
/**
 * Tokens in each pass of a typical line. 1 is the typed token. Passes with 4 tokens include predictions of the n-grams,
 * and passes with 10 score whole lines of the n-grams. Measured at recorded cursors (`bench
 * own`).
 */
const PASSES = [1, 4, 4, 4, 4, 10, 10];
/** Runs of each measurement, as in medianMs. */
const PROMPTS = 2;
const LINES = 4;

/** Returns medians. Rejects with the signal's reason. */
export async function timeLlama(
  model: Pick<LlamaModel, 'contextLength' | 'distributionsAfter'>,
  vocabulary: number,
  signal?: AbortSignal,
): Promise<Timing> {
  const uniform = uniforms(1);
  const tokens = (count: number) => Array.from({ length: count }, () => Math.floor(uniform() * vocabulary));
  const lineTokens = PASSES.reduce((sum, each) => sum + each, 0);
  const length = Math.max(1, Math.min(PROMPT_TOKENS, model.contextLength - lineTokens));
  const now = () => performance.now();
  let prompt: number[] = [];
  const promptMs = await medianMs(PROMPTS, now, signal, async () => {
    prompt = tokens(length);
    await model.distributionsAfter(prompt, length - 1, signal);
  });
  const lineMs = await medianMs(LINES, now, signal, async () => {
    for (const count of PASSES) {
      const path = [...prompt, ...tokens(Math.min(count, Math.max(0, model.contextLength - length)))];
      await model.distributionsAfter(path, length, signal);
    }
  });
  return { lineMs, promptMs: (promptMs * PROMPT_TOKENS) / length };
}

interface LlamaLibraryOptions {
  /** Whether a GPU may be used, where llama.cpp finds one. */
  readonly gpu: boolean;
  readonly threads: number;
}

interface LlamaLibrary<L = Llama> {
  readonly llama: L;
  /** The GPU that computes; false: the processor does, and no layer may be given to a GPU. */
  readonly gpu: Llama['gpu'];
}

type Loadable = Pick<Llama, 'gpu' | 'getGpuDeviceNames' | 'dispose'>;

/** Vulkan devices that are programs on the processor: slower than llama.cpp's own code for it. */
const SOFTWARE_DEVICE = /llvmpipe|lavapipe|swiftshader|software|basic render driver/i;

const loaded = new Map<string, Promise<LlamaLibrary>>();

/** One instance for each set of options. Throws CodedError 'unsupported' if there is no binary for this machine. */
export function loadLlama(options: LlamaLibraryOptions): Promise<LlamaLibrary> {
  const key = JSON.stringify(options);
  const known = loaded.get(key);
  if (known) return known;
  const loading = load(options);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  return loading;
}

async function load({ gpu, threads }: LlamaLibraryOptions): Promise<LlamaLibrary> {
  try {
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    const common: NativeOptions = {
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      maxThreads: threads,
    };
    return await chooseLibrary(gpu, (of) => getLlama({ ...common, gpu: of }));
  } catch (cause) {
    throw new CodedError(
      'unsupported',
      `llama.cpp, which serves GGUF files, does not run on this machine: ${messageOf(cause)}. Choose a base that ships.`,
      { cause },
    );
  }
}

/** @param mayUseGpu false: the processor, also where the only binary is one for a GPU (Metal on Apple's processors) */
export async function chooseLibrary<L extends Loadable>(
  mayUseGpu: boolean,
  get: (gpu: 'auto' | false) => Promise<L>,
  platform = `${process.platform}-${process.arch}`,
): Promise<LlamaLibrary<L>> {
  const llama = await get(mayUseGpu || platform === 'darwin-arm64' ? 'auto' : false);
  if (!mayUseGpu || llama.gpu === false) return { llama, gpu: false };
  const names = await llama.getGpuDeviceNames();
  // llama.cpp would give long prompts to such a device even without a layer on it.
  if (names.some((name) => SOFTWARE_DEVICE.test(name))) {
    await llama.dispose();
    return { llama: await get(false), gpu: false };
  }
  return { llama, gpu: names.length > 0 ? llama.gpu : false };
}

interface LlamaOptions {
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
      throw new CodedError('unsupported', `llama.cpp cannot load ${path}: ${what}. ${GGUF_ADVICE}`, { cause });
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
