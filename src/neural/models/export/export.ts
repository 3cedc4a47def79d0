// Exports an adapted model for other programs: the adapter for peft and for llama.cpp, the merged model, and the base,
// whose own layout nobody else reads. One matrix at a time is in memory.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, failed, messageOf, ok, type Result } from '../../../common/errors.ts';
import { replaceFile } from '../../../common/files.ts';
import { toHalf } from '../../../common/half.ts';
import type { Progress } from '../../../common/progress.ts';
import { type Adapter, adapterNames, type LoraConfig, type Model, mergeMatrix } from '../../architecture/lora.ts';
import { elements, type ModelConfig, parameterSpecs } from '../../architecture/parameters.ts';
import { dequantize } from '../../architecture/quantize.ts';
import { writeConfig } from '../config-json.ts';
import { CONFIG, DIALECT, DIALECTS, TOKENIZER, WEIGHTS } from '../manifest.ts';
import { type LoadedModel, loadModel, saveAdapter } from '../model-folder.ts';
import { writeSafetensors } from '../safetensors.ts';
import {
  adapterFile,
  GGML,
  type GgufTensor,
  type GgufWords,
  ggufBytes,
  ggufParameters,
  ggufPieces,
  inOrder,
  modelMetadata,
} from './gguf-model.ts';

interface ExportFacts {
  /** Name of the base. */
  readonly base: string;
  readonly config: ModelConfig;
  readonly licence: string;
  readonly lora: LoraConfig;
}

function exportReadme(facts: ExportFacts): string {
  const { base, config, lora, licence } = facts;
  const made = `An adapter (LoRA, rank ${lora.rank}, alpha ${lora.alpha}) that Easy Adaptation trained over '${base}'.`;
  return [
    '# An adapted model',
    `${made} Family llama, ${config.layers} layers, context ${config.contextLength} tokens. Licence of the base: ${licence}. The adapted weights may repeat their training text: protect them like the code of the folder that they were trained on.`,
    files(),
    `## How to load it\n\n${[TRANSFORMERS, vllm(facts), LLAMA, OLLAMA].join('\n\n')}`,
    `## The prompt\n\n${promptSection()}`,
    `## Mistakes that cause no error\n\n${traps(facts)
      .map((trap) => `- ${trap}`)
      .join('\n')}`,
  ]
    .join('\n\n')
    .concat('\n');
}

function files(): string {
  const rows = [
    ['`adapter/`', 'the adapter in the format of peft, for transformers and vLLM'],
    ['`adapter.gguf`', 'the adapter for llama.cpp and Ollama'],
    ['`base/`', 'the base, f16, in the format of transformers: config.json, safetensors, tokenizer.json'],
    ['`base.gguf`', 'the base for llama.cpp and Ollama, f16'],
    ['`merged/`', 'the base with the adapter merged, f16, in the format of transformers'],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, description]) => `| ${name} | ${description} |`)].join('\n');
}

const TRANSFORMERS = `**transformers**

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer
from peft import PeftModel
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained('base'), 'adapter')   # or AutoModelForCausalLM.from_pretrained('merged')
tokenizer = AutoTokenizer.from_pretrained('merged')
\`\`\``;

function vllm({ lora }: ExportFacts): string {
  const rank = Math.max(16, 2 ** Math.ceil(Math.log2(lora.rank)));
  const command = `vllm serve ./base --enable-lora --max-lora-rank ${rank} --lora-modules adapted=./adapter\n# "model": "adapted" in the request; or serve the merged model: vllm serve ./merged`;
  return `**vLLM**\n\n\`\`\`sh\n${command}\n\`\`\``;
}

const LLAMA = `**llama.cpp**

\`\`\`sh
llama-server -m base.gguf --lora adapter.gguf
llama-quantize base.gguf small.gguf Q8_0   # half as large
\`\`\``;

const OLLAMA = `**Ollama**, as a Modelfile. Send requests with \`"raw": true\`, so that Ollama adds no template to the prompt:

\`\`\`
FROM ./base.gguf
ADAPTER ./adapter.gguf
\`\`\``;

function promptSection(): string {
  const { file, prefix, suffix, eom } = DIALECTS[DIALECT].tokens;
  return `\`${file}PATH\\n${suffix}AFTER${prefix}BEFORE\`: BEFORE and AFTER are the texts around the cursor. The answer ends with \`${eom}\`. Stop at every other special token of the prompt, too.`;
}

function traps({ lora }: ExportFacts): string[] {
  return [
    'llama.cpp needs the rows of q and k in another order than transformers. In `adapter.gguf` the rows of B are already in this order, and A is unchanged. Do not convert it again, and do not apply `adapter/` to a GGUF file by hand. Ollama’s own conversion of safetensors adapters may reorder A instead, so give Ollama `adapter.gguf`.',
    `The adapter is scaled by alpha / rank = ${lora.alpha / lora.rank}. Scaling by alpha alone, or by alpha / √rank (rsLoRA), gives another model.`,
    ...(lora.rank > 16 ? ['vLLM accepts at most rank 16 unless `--max-lora-rank` is set.'] : []),
    ...(lora.firstLayer ? [`Layers 0 to ${lora.firstLayer - 1} have no adapter. This is intended.`] : []),
    'Embedding and output matrix are the same (`tie_word_embeddings`), so there is no `lm_head.weight`.',
    'llama.cpp does not know this tokenizer’s word splitting, and tokenizes some texts differently. Tokenize with `tokenizer.json`, and send the ids (`"prompt": [1, 2, 3]` of `/completion`). Ollama accepts no ids, so its answers are a little worse.',
    'The cursor may be inside a word. As Easy Adaptation does, remove the last token from the prompt and make the answer begin with its bytes. Otherwise the answer begins with a new word.',
    'llama.cpp’s server reuses cached prompts even if they were computed with another adapter. With several adapters, send `"cache_prompt": false`.',
  ];
}

interface ExportRequest {
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
  const tensors = parameterSpecs(config).map(({ name, shape }) => [name, { shape, data: () => values(name) }] as const);
  replaceFile(join(folder, WEIGHTS), writeSafetensors(tensors, 'F16'));
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
