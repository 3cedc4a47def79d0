// A neural model as it serves: our engine runs what ships and what is adapted, llama.cpp runs GGUF files.
import { join } from 'node:path';
import { CodedError, unwrap } from '../../common/errors.ts';
import { LanguageModel, tokenizerAt } from '../../neural/inference/language-model.ts';
import { type Timing, timeModel } from '../../neural/inference/timing.ts';
import { LlamaModel } from '../../neural/llama/llama-model.ts';
import { timeLlama } from '../../neural/llama/timing.ts';
import { fitsBase } from '../../neural/models/compatibility.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import { checkGgufFile, type ReadOptions } from '../../neural/models/gguf-file.ts';
import { ggufAdapterOf } from '../../neural/models/import/gguf-adapter.ts';
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

/** Throws CodedError as `readManifest`, `fitsBase`, `checkGgufFile` and `ggufAdapterOf` do, and 'mismatched'. */
export async function findServedModel(options: ServedModelOptions, check: ReadOptions = {}): Promise<LoadableModel> {
  const { model, base = model } = options;
  const own = unwrap(readManifest(model));
  const folder = own?.kind === 'adapter' ? base : model;
  const manifest = unwrap(readManifest(folder));
  if (!manifest?.gguf) return { isGguf: false, load: () => byOnnx(options) };
  const { dialect, gguf } = manifest;
  if (own?.kind === 'adapter') unwrap(fitsBase(own, manifest));
  await checkGgufFile(folder, check);
  const adapter = folder === model ? undefined : await ggufAdapterOf(model, gguf.path);
  const tokenizer = tokenizerAt(join(folder, TOKENIZER));
  if (tokenizer.vocabularySize > gguf.vocabulary)
    throw new CodedError('mismatched', 'The tokenizer has more tokens than the model. Add the GGUF file again.');
  return { isGguf: true, load: () => byLlama(dialect, gguf, tokenizer, adapter, options) };
}

async function byLlama(
  dialect: Dialect,
  { path, bytes, contextLength, vocabulary }: NonNullable<PackageManifest['gguf']>,
  tokenizer: Tokenizer,
  adapter: string | undefined,
  { threads, llamaThreads = threads, device }: ServedModelOptions,
): Promise<ServedModel> {
  const llama = await LlamaModel.load({
    ...{ path, bytes, contextLength, threads: llamaThreads, gpu: device !== 'cpu' },
    ...(adapter !== undefined && { adapter }),
  });
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
  const { tokenizer, tokenizerPath, precision, network } = language;
  if (tokenizerPath !== options.tokenizer) {
    await language.dispose();
    throw new CodedError(
      'mismatched',
      'This base has another tokenizer than the index. Choose another base, or import a GGUF file of the same model.',
    );
  }
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
