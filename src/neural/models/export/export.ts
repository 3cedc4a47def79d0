// Exports an adapted model for other programs: the adapter for peft and for llama.cpp, the merged model, and the base,
// whose own layout nobody else reads. One matrix at a time is in memory.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, failed, messageOf, ok, type Result } from '../../../common/errors.ts';
import { replaceFile } from '../../../common/files.ts';
import { toHalf } from '../../../common/half.ts';
import type { Progress } from '../../../common/progress.ts';
import type { ModelConfig } from '../../architecture/config.ts';
import type { Model } from '../../architecture/decoder-values.ts';
import { type Adapter, adapterNames, mergeMatrix } from '../../architecture/lora.ts';
import { elements, parameterSpecs } from '../../architecture/parameters.ts';
import { dequantize } from '../../architecture/quantize.ts';
import { saveAdapter } from '../adapter.ts';
import { writeConfig } from '../config-json.ts';
import { DIALECT, DIALECTS } from '../dialects.ts';
import { CONFIG, TOKENIZER, WEIGHTS } from '../manifest.ts';
import { type LoadedModel, loadModel } from '../model-folder.ts';
import { safetensorsPieces } from '../safetensors.ts';
import { exportReadme } from './export-readme.ts';
import { GGML, type GgufTensor, ggufPieces } from './gguf-file.ts';
import { adapterFile, type GgufWords, ggufBytes, ggufParameters, inOrder, modelMetadata } from './gguf-model.ts';

export interface ExportRequest {
  /** Folder of the adapter. */
  readonly model: string;
  /** Folder of the adapter's base. */
  readonly base: string;
  /** Path of tokenizer.json. */
  readonly tokenizer: string;
  /** Folder to write to; files with the same names are replaced. */
  readonly into: string;
}

export interface ExportedFiles {
  readonly into: string;
  /** Files and folders in it. */
  readonly names: readonly string[];
}

/** Fails as `loadModel`, and with 'unwritable'. */
export function exportModel(request: ExportRequest, signal?: AbortSignal, progress?: Progress): Result<ExportedFiles> {
  try {
    return ok(write(request, signal, progress));
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    if (signal?.aborted) throw error;
    return failed(
      'unwritable',
      `The export cannot be written: ${messageOf(error)}. Make room, or name another folder.`,
    );
  }
}

function write(
  { model, base, tokenizer, into }: ExportRequest,
  signal?: AbortSignal,
  progress?: Progress,
): ExportedFiles {
  const loaded = loadModel(model, { base, tokenizer });
  const { config, adapter, manifest } = loaded;
  if (!adapter) throw new CodedError('unsupported', `There is no adapter in ${model}. Adapt to the folder again.`);
  const words: GgufWords = JSON.parse(readFileSync(tokenizer, 'utf8'));
  const { end } = DIALECTS[DIALECT].tokens;
  const endId = words.added_tokens.find(({ content }) => content === end)?.id ?? 0;
  const names: string[] = [];
  const step = (name: string, work: (path: string) => void) => {
    signal?.throwIfAborted();
    progress?.({ stage: `Writing ${name}`, done: names.length, total: 6 });
    work(join(into, name));
    names.push(name);
  };
  const whole = (values: ValueOf) => (path: string) => {
    writeWhole(path, config, values);
    replaceFile(join(path, TOKENIZER), [readFileSync(tokenizer)]);
    replaceFile(join(path, 'tokenizer_config.json'), [encode(tokenizerConfig(config, end))]);
  };
  mkdirSync(into, { recursive: true });
  const name = manifest?.base?.name ?? 'base';
  step('adapter', (path) => saveAdapter(path, config, adapter, 'base', 'F32'));
  step('adapter.gguf', (path) => {
    const { metadata, tensors } = adapterFile(config, adapter);
    replaceFile(path, ggufPieces(metadata, tensors));
  });
  step('base', whole(valuesOf(loaded)));
  step('base.gguf', (path) => {
    const tensors = ggufTensors(config, valuesOf(loaded));
    replaceFile(path, ggufPieces(modelMetadata(config, name, words, endId), tensors));
  });
  step('merged', whole(mergedValues(loaded, adapter)));
  const facts = { base: name, config, licence: manifest?.licence ?? 'not stated', lora: adapter.lora };
  step('README.md', (path) => replaceFile(path, [new TextEncoder().encode(exportReadme(facts))]));
  return { into, names };
}

/** Of a parameter by its name, as f32. */
type ValueOf = (name: string) => Float32Array;

function valuesOf({ weights, packed }: Model): ValueOf {
  return (name) => {
    const matrix = packed?.get(name);
    return matrix ? dequantize(matrix) : (weights.get(name) as Float32Array);
  };
}

function mergedValues(loaded: LoadedModel, adapter: Adapter): ValueOf {
  const values = valuesOf(loaded);
  return (name) => {
    const { a, b } = adapterNames(name);
    const [low, up] = [adapter.weights.get(a), adapter.weights.get(b)];
    const base = values(name);
    return low && up ? mergeMatrix(base, low.length / adapter.lora.rank, adapter.lora, low, up) : base;
  };
}

/** The layout of Hugging Face's transformers. F16: in 4 bits nothing of the values is worth more. */
function writeWhole(folder: string, config: ModelConfig, values: ValueOf): void {
  const tensors = parameterSpecs(config).map(({ name, shape }) => ({ name, shape, data: () => values(name) }));
  replaceFile(join(folder, WEIGHTS), safetensorsPieces(tensors, 'F16'));
  replaceFile(join(folder, CONFIG), [new TextEncoder().encode(writeConfig(config, 'float16'))]);
}

function ggufTensors(config: ModelConfig, values: ValueOf): GgufTensor[] {
  return ggufParameters(config).map(({ name, from, shape, order }) => {
    const isMatrix = shape.length > 1;
    const data = () => {
      const ordered = inOrder(values(from), shape[0] as number, order);
      return isMatrix ? ggufBytes(Uint16Array.from(ordered, toHalf)) : ggufBytes(ordered);
    };
    const type = isMatrix ? GGML.F16 : GGML.F32;
    return { name, shape, type, bytes: elements(shape) * (isMatrix ? 2 : 4), data };
  });
}

function tokenizerConfig({ contextLength }: ModelConfig, end: string): object {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: contextLength,
    clean_up_tokenization_spaces: false,
    eos_token: end,
    pad_token: end,
  };
}

const encode = (json: object) => new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
