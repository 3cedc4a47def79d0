// A neural model as it serves: our engine runs what ships and what is adapted, llama.cpp runs GGUF files.
import { join } from 'node:path';
import { CodedError, unwrap } from '../../common/errors.ts';
import type { HashOptions } from '../../common/file-hash.ts';
import type { Path } from '../../neural/inference/branches.ts';
import { Network } from '../../neural/inference/network.ts';
import type { TopTokens } from '../../neural/inference/passes.ts';
import { prefill } from '../../neural/inference/prefill.ts';
import { Prefixes } from '../../neural/inference/prefixes.ts';
import { type Timing, timeModel } from '../../neural/inference/timing.ts';
import { LlamaModel, timeLlama } from '../../neural/llama/llama-model.ts';
import { checkGgufFile } from '../../neural/models/list.ts';
import { DIALECT, type Dialect, type PackageManifest, readManifest, TOKENIZER } from '../../neural/models/manifest.ts';
import { loadPacked } from '../../neural/models/model-folder.ts';
import { REPAIR_ADVICE } from '../../neural/models/unusable.ts';
import { loadLibrary } from '../../neural/runtime/session.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { JointDrafter } from './joint-drafter.ts';
import { LineRescoringDrafter } from './line-rescoring-drafter.ts';
import type { MixSource, Serving } from './mix-source.ts';
import type { MixWeights } from './mix-weights.ts';
import { beginnings, type NextTokenScores, type PromptScores } from './next-token-scores.ts';
import { TokenMixtureDrafter } from './token-mixture-drafter.ts';

/** `model`: as in MixSource. */
export type ServedModelOptions = Serving & Pick<MixSource, 'model'>;

export interface ServedModel {
  readonly isGguf: boolean;
  /** The n-grams' tokenizer, if it is the model's as well. */
  readonly sharedTokenizer: Tokenizer | undefined;
  drafter(name: string, ngram: () => NgramModel, weights: MixWeights): JointDrafter;
  /** Latency on this machine. */
  time(signal?: AbortSignal): Promise<Timing>;
  /** Frees the caches of recent prompts, if they are large. */
  shrink(): void;
  dispose(): Promise<void>;
}

/** A model before it takes memory. The files of a GGUF model are checked. */
interface LoadableModel {
  readonly isGguf: boolean;
  /** Throws CodedError as `byOnnx` and LlamaModel.load do. */
  load(): Promise<ServedModel>;
}

/** Throws CodedError as `findServedModel`, `byOnnx` and LlamaModel.load do. */
export async function loadServedModel(options: ServedModelOptions, check: HashOptions = {}): Promise<ServedModel> {
  return (await findServedModel(options, check)).load();
}

/** Throws CodedError as `readManifest` and `checkGgufFile` do, and 'mismatched'. */
export async function findServedModel(options: ServedModelOptions, check: HashOptions = {}): Promise<LoadableModel> {
  const { model } = options;
  const manifest = unwrap(readManifest(model));
  if (!manifest?.gguf) return { isGguf: false, load: () => byOnnx(options) };
  const { dialect, gguf } = manifest;
  await checkGgufFile(model, check);
  const tokenizer = unwrap(readTokenizer(join(model, TOKENIZER)));
  if (tokenizer.vocabularySize > gguf.vocabulary)
    throw new CodedError('mismatched', 'The tokenizer has more tokens than the model. Add the GGUF file again.');
  return { isGguf: true, load: () => byLlama(dialect, gguf, tokenizer, options) };
}

async function byLlama(
  dialect: Dialect,
  { path, bytes, contextLength, vocabulary }: NonNullable<PackageManifest['gguf']>,
  tokenizer: Tokenizer,
  { threads, llamaThreads = threads, device }: ServedModelOptions,
): Promise<ServedModel> {
  const llama = await LlamaModel.load({ path, bytes, contextLength, threads: llamaThreads, gpu: device !== 'cpu' });
  const scores = new LlamaScores(llama, tokenizer, vocabulary, dialect);
  return {
    isGguf: true,
    sharedTokenizer: undefined,
    drafter: (name, ngram, weights) => new LineRescoringDrafter(name, scores, ngram, weights),
    time: (signal) => timeLlama(llama, vocabulary, signal),
    // The cached distributions are a few megabytes, and without them each key would run the whole line again.
    shrink: () => {},
    dispose: () => llama.dispose(),
  };
}

/**
 * Throws CodedError 'unreadable', 'corrupt', 'unsupported' or 'mismatched'. Decodes on the CPU: for a small model the
 * transfers to a GPU cost more than they save.
 */
async function byOnnx({ model, base, tokenizer: path, threads }: ServedModelOptions): Promise<ServedModel> {
  await loadLibrary();
  const tokenizer = unwrap(readTokenizer(path));
  const loaded = loadPacked(model, { tokenizer: path, ...(base !== undefined && { base }) });
  if (tokenizer.vocabularySize > loaded.config.vocabSize)
    throw new CodedError(
      'mismatched',
      `The tokenizer has more tokens than the model: they do not belong together. ${REPAIR_ADVICE}`,
    );
  const network = await Network.load(loaded, { device: 'cpu', threads, precision: 'int4' });
  const prefixes = new Prefixes(network);
  const scores = onnxScores({ network, prefixes, tokenizer, dialect: loaded.manifest?.dialect ?? DIALECT });
  return {
    isGguf: false,
    sharedTokenizer: tokenizer,
    drafter: (name, ngram, weights) => new TokenMixtureDrafter(name, scores, ngram, weights),
    time: (signal) => timeModel(network, undefined, signal),
    shrink: () => prefixes.clear(),
    dispose: () => {
      prefixes.clear();
      return network.dispose();
    },
  };
}

/** Our own engine's model, with the form of its prompts. */
export interface OnnxModel {
  readonly network: Network;
  readonly prefixes: Prefixes;
  readonly tokenizer: Tokenizer;
  readonly dialect: Dialect;
}

export function onnxScores({ network, prefixes, tokenizer, dialect }: OnnxModel): NextTokenScores<Float32Array> {
  const { vocabSize, contextLength } = network.config;
  const open = (prompt: readonly number[]): PromptScores<Float32Array> => {
    const { cache, branches, reused, finish } = prefixes.lease(prompt);
    return {
      freshTokens: prompt.length - reused,
      room: contextLength - prompt.length,
      ready: async (signal) => {
        branches.logits ??= await prefill(network, cache, prompt, reused, signal);
        signal?.throwIfAborted();
      },
      depthOf: (path) => branches.depthOf(path),
      run: async (paths, signal, ahead) => {
        signal?.throwIfAborted();
        return branches.run(paths, ahead);
      },
      close: () => {
        branches.settle();
        finish(prompt);
      },
    };
  };
  return { tokenizer, dialect, vocabularySize: vocabSize, contextLength, open };
}

/** Maximum number of cached distributions after a prompt: more than the search for one line needs. */
const MAX_CACHED = 256;

export class LlamaScores implements NextTokenScores<TopTokens> {
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  private readonly model: Pick<LlamaModel, 'contextLength' | 'heldOf' | 'distributionsAfter'>;
  private prompt: readonly number[] = [];
  /** Distributions by the path of tokens after the prompt. */
  private distributions = new Map<string, TopTokens>();

  constructor(
    model: Pick<LlamaModel, 'contextLength' | 'heldOf' | 'distributionsAfter'>,
    tokenizer: Tokenizer,
    vocabularySize: number,
    dialect: Dialect,
  ) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.contextLength = model.contextLength;
    this.dialect = dialect;
  }

  open(prompt: readonly number[]): PromptScores<TopTokens> {
    this.advance(prompt);
    const { model } = this;
    const freshTokens = this.distributions.has('') ? 0 : Math.max(1, prompt.length - model.heldOf(prompt));
    const run = async (paths: readonly Path[], signal?: AbortSignal): Promise<readonly TopTokens[]> => {
      // Running a path also returns the distributions after its beginnings.
      for (const path of [...paths].sort((a, b) => b.length - a.length)) {
        if (!this.distributions.has(keyOf(path))) await this.cacheDistributions(path, signal);
      }
      signal?.throwIfAborted();
      return paths.map((path) => this.distributions.get(keyOf(path)) as TopTokens);
    };
    return {
      freshTokens,
      room: model.contextLength - prompt.length,
      ready: async (signal) => void (await run([[]], signal)),
      depthOf: (path) => this.depthOf(path),
      run,
      close: () => {},
    };
  }

  /** Keeps the distributions that are still valid if the new prompt extends the last one. */
  private advance(prompt: readonly number[]): void {
    const lastPrompt = this.prompt;
    const extended = prompt.length >= lastPrompt.length && lastPrompt.every((id, i) => prompt[i] === id);
    const typed = keyOf(prompt.slice(lastPrompt.length));
    const kept = extended
      ? [...this.distributions].filter(([key]) => key === typed || key.startsWith(`${typed}${typed && ','}`))
      : [];
    this.distributions = new Map(
      kept.map(([key, top]) => [key === typed ? '' : key.slice(typed ? typed.length + 1 : 0), top]),
    );
    this.prompt = prompt;
  }

  private depthOf(path: Path): number {
    let depth = 0;
    while (depth < path.length && this.distributions.has(keyOf(path.slice(0, depth + 1)))) depth++;
    return depth;
  }

  private async cacheDistributions(path: Path, signal?: AbortSignal): Promise<void> {
    const { prompt } = this;
    // Number of the path's tokens before the first unknown distribution.
    const from = path.length === 0 ? 0 : this.depthOf(path) + 1;
    const rows = await this.model.distributionsAfter([...prompt, ...path], prompt.length + from - 1, signal);
    if (this.distributions.size > MAX_CACHED) {
      const needed = new Set(beginnings(path).map(keyOf));
      this.distributions = new Map([...this.distributions].filter(([key]) => needed.has(key)));
    }
    for (const [i, top] of rows.entries()) this.distributions.set(keyOf(path.slice(0, from + i)), top);
  }
}

const keyOf = (path: Path) => path.join();
