// A neural model as it serves: our engine runs what ships and what is adapted, llama.cpp runs GGUF files.
import { join } from 'node:path';
import { CodedError, unwrap } from '../../common/errors.ts';
import { LanguageModel, tokenizerAt } from '../../neural/inference/language-model.ts';
import { type Timing, timeModel } from '../../neural/inference/timing.ts';
import { LlamaModel } from '../../neural/llama/llama-model.ts';
import { timeLlama } from '../../neural/llama/timing.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import { checkGgufFile, type ReadOptions } from '../../neural/models/gguf-file.ts';
import { type PackageManifest, readManifest, TOKENIZER } from '../../neural/models/manifest.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { FolderSpecialist } from './folder-specialist.ts';
import { LineSpecialist } from './line-specialist.ts';
import { LlamaScores } from './llama-scores.ts';
import { MixtureSpecialist } from './mixture-specialist.ts';
import { onnxScores } from './onnx-scores.ts';
import type { MixSource, MixWeights, OpenedSpecialist, Serving } from './types.ts';

/** `model`: as in MixSource. */
export type ServedModelOptions = Serving & Pick<MixSource, 'model'>;

export interface ServedModel {
  readonly precision: OpenedSpecialist['precision'];
  /** The n-grams' tokenizer, if it is the model's as well. */
  readonly sharedTokenizer: Tokenizer | undefined;
  specialist(name: string, ngram: () => NgramModel, weights: MixWeights): FolderSpecialist;
  /** Latency on this machine. */
  time(signal?: AbortSignal): Promise<Timing>;
  /** Frees the caches of recent prompts, if they are large. */
  shrink(): void;
  dispose(): Promise<void>;
}

/** A model before it takes memory. The files of a GGUF model are checked. */
export interface LoadableModel {
  readonly isGguf: boolean;
  /** Throws CodedError as LanguageModel.load and LlamaModel.load do. */
  load(): Promise<ServedModel>;
}

/** Throws CodedError as `findServedModel`, LanguageModel.load and LlamaModel.load do. */
export async function loadServedModel(options: ServedModelOptions, check: ReadOptions = {}): Promise<ServedModel> {
  return (await findServedModel(options, check)).load();
}

/** Throws CodedError as `readManifest` and `checkGgufFile` do, and 'mismatched'. */
export async function findServedModel(options: ServedModelOptions, check: ReadOptions = {}): Promise<LoadableModel> {
  const { model } = options;
  const manifest = unwrap(readManifest(model));
  if (!manifest?.gguf) return { isGguf: false, load: () => byOnnx(options) };
  const { dialect, gguf } = manifest;
  await checkGgufFile(model, check);
  const tokenizer = tokenizerAt(join(model, TOKENIZER));
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
    precision: 'gguf',
    sharedTokenizer: undefined,
    specialist: (name, ngram, weights) => new LineSpecialist(name, scores, ngram, weights),
    time: (signal) => timeLlama(llama, vocabulary, signal),
    // The cached distributions are a few megabytes, and without them each key would run the whole line again.
    shrink: () => {},
    dispose: () => llama.dispose(),
  };
}

async function byOnnx(options: ServedModelOptions): Promise<ServedModel> {
  const language = await LanguageModel.load(options);
  const { tokenizer, precision, network } = language;
  const scores = onnxScores(language);
  return {
    precision,
    sharedTokenizer: tokenizer,
    specialist: (name, ngram, weights) => new MixtureSpecialist(name, scores, ngram, weights),
    time: (signal) => timeModel(network, undefined, signal),
    shrink: () => language.shrink(),
    dispose: () => language.dispose(),
  };
}
