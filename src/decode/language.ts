// A model with its tokenizer: text in, text out. What the engine process serves.

import { MEND } from '../arch/decoder-values.ts';
import { chosenPrecision, type Precision } from '../arch/precision.ts';
import { CodedError } from '../common/errors.ts';
import type { PackageManifest } from '../package/manifest.ts';
import { loadModel } from '../package/model-folder.ts';
import { loadLibrary } from '../runtime/library.ts';
import { readTokenizer } from '../tokenizer/load.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { generateBatch } from './batch.ts';
import { type Generated, type GenerateRequest, generate, type Step } from './generate.ts';
import { Network } from './network.ts';
import { Prefixes } from './prefixes.ts';
import { type Scored, score } from './score.ts';

/** A prompt: text, and special tokens by name ('<|file|>'). */
export type PromptPart = string | { readonly special: string };

export interface TextRequest extends Omit<GenerateRequest, 'prompt' | 'stopIds'> {
  /** The text ends before any special token: what follows one is another file, or no text. */
  readonly prompt: readonly PromptPart[];
}

export interface LanguageOptions {
  /** Folder with config.json and model.safetensors, or of an adapter. */
  readonly model: string;
  /** Folder of the base that an adapter is laid over. */
  readonly base?: string;
  /** Path of tokenizer.json. */
  readonly tokenizer: string;
  readonly precision: Precision | 'auto';
  readonly threads: number;
}

export interface LanguageInfo {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly precision: Precision;
  readonly loadMs: number;
}

export class Language {
  readonly tokenizer: Tokenizer;
  readonly info: LanguageInfo;
  readonly network: Network;
  readonly prefixes: Prefixes;
  private readonly stops: readonly number[];

  private constructor(
    network: Network,
    tokenizer: Tokenizer,
    manifest: PackageManifest | undefined,
    precision: Precision,
    loadMs: number,
  ) {
    this.network = network;
    this.tokenizer = tokenizer;
    this.prefixes = new Prefixes(network);
    const { vocabSize, contextLength } = network.config;
    // Ids that the model has and the tokenizer does not know count too.
    const named = (manifest?.stop ?? []).flatMap((name) => tokenizer.special(name) ?? []);
    const special = Array.from({ length: vocabSize }, (_, id) => id).filter(
      (id) => id >= tokenizer.vocabularySize || tokenizer.bytesOf(id).length === 0,
    );
    this.stops = [...new Set([...special, ...named])];
    this.info = { vocabSize, contextLength, precision, loadMs };
  }

  /** Throws CodedError 'unreadable', 'corrupt', 'unsupported' or 'mismatched'. Decoding runs on the CPU: a GPU's hand-over costs more than a small model. */
  static async load({ model, base, tokenizer, precision, threads }: LanguageOptions): Promise<Language> {
    const started = performance.now();
    await loadLibrary();
    const read = readTokenizer(tokenizer);
    if (!read.ok) throw new CodedError(read.error.code, read.error.message);
    const loaded = loadModel(model, { as: 'stored', tokenizer, ...(base !== undefined && { base }) });
    if (read.value.vocabularySize > loaded.config.vocabSize) {
      throw new CodedError(
        'mismatched',
        `The tokenizer has more tokens than the model: they do not belong together. ${MEND}`,
      );
    }
    // What a model says it was trained for saves the search for it.
    const chosen = chosenPrecision(precision === 'auto' ? (loaded.manifest?.precision ?? 'auto') : precision, loaded);
    const network = await Network.load(loaded, { device: 'cpu', threads, precision: chosen });
    return new Language(network, read.value, loaded.manifest, chosen, performance.now() - started);
  }

  private ids(parts: readonly PromptPart[]): number[] {
    return parts.flatMap((part) =>
      typeof part === 'string' ? [...this.tokenizer.encode(part)] : [this.special(part.special)],
    );
  }

  private special(name: string): number {
    const id = this.tokenizer.special(name);
    if (id === undefined) throw new CodedError('bad-request', `The tokenizer has no special token '${name}'.`);
    return id;
  }

  private request({ prompt, ...rest }: TextRequest): GenerateRequest {
    const ids = this.ids(prompt);
    if (ids.length === 0) throw new CodedError('bad-request', 'The prompt is empty.');
    return { ...rest, prompt: ids, stopIds: this.stops };
  }

  complete(request: TextRequest, signal?: AbortSignal, onStep?: (step: Step) => void): Promise<Generated> {
    return generate(this.network, this.prefixes, this.tokenizer, this.request(request), signal, onStep);
  }

  completeAll(requests: readonly TextRequest[], signal?: AbortSignal): Promise<Generated[]> {
    return generateBatch(
      this.network,
      this.tokenizer,
      requests.map((request) => this.request(request)),
      signal,
    );
  }

  /** What the model thinks of each token of a text: where it is weak. */
  score(text: readonly PromptPart[], signal?: AbortSignal): Promise<Scored> {
    return score(this.network, this.ids(text), signal);
  }

  /** Frees the caches of recent prompts. */
  shrink(): void {
    this.prefixes.clear();
  }

  dispose(): Promise<void> {
    this.shrink();
    return this.network.dispose();
  }
}
