// Exports an adapted model for llama.cpp and programs that contain it: the adapter, and the base, whose own layout
// nobody else reads. One matrix at a time is in memory.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, failed, messageOf, ok, type Result } from '../../../common/errors.ts';
import { replaceFile } from '../../../common/files.ts';
import { toHalf } from '../../../common/half.ts';
import type { Progress } from '../../../common/progress.ts';
import type { LoraConfig, Model } from '../../architecture/lora.ts';
import { elements } from '../../architecture/parameters.ts';
import { dequantize } from '../../architecture/quantize.ts';
import { DIALECT, DIALECTS, TOKENIZER } from '../manifest.ts';
import { loadModel } from '../model-folder.ts';
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

function exportReadme(base: string, licence: string, { rank, alpha }: LoraConfig): string {
  const { file, prefix, suffix, eom } = DIALECTS[DIALECT].tokens;
  return `# An adapted model

An adapter (LoRA, rank ${rank}, alpha ${alpha}) that Easy Adaptation trained over '${base}'. Licence of the base: ${licence}. The adapted weights may repeat their training text: protect them like the code of the folder that they were trained on.

## How to load it

**llama.cpp**

\`\`\`sh
llama-server -m base.gguf --lora adapter.gguf
llama-quantize base.gguf small.gguf Q8_0   # half as large
\`\`\`

**Ollama**, as a Modelfile. Send requests with \`"raw": true\`, so that Ollama adds no template to the prompt:

\`\`\`
FROM ./base.gguf
ADAPTER ./adapter.gguf
\`\`\`

## The prompt

\`${file}PATH\\n${suffix}AFTER${prefix}BEFORE\`: BEFORE and AFTER are the texts around the cursor. The answer ends with \`${eom}\`. Stop at every other special token of the prompt, too.

## Mistakes that cause no error

- llama.cpp does not know this tokenizer’s word splitting, and tokenizes some texts differently. Tokenize with \`${TOKENIZER}\`, and send the ids (\`"prompt": [1, 2, 3]\` of \`/completion\`). Ollama accepts no ids, so its answers are a little worse.
- The cursor may be inside a word. As Easy Adaptation does, remove the last token from the prompt and make the answer begin with its bytes. Otherwise the answer begins with a new word.
- llama.cpp’s server reuses cached prompts even if they were computed with another adapter. With several adapters, send \`"cache_prompt": false\`.
`;
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
  /** Files in it. */
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
    progress?.({ stage: `Writing ${name}`, done: names.length, total: 4 });
    work(join(into, name));
    names.push(name);
  };
  mkdirSync(into, { recursive: true });
  const name = manifest?.base?.name ?? 'base';
  step('adapter.gguf', (path) => {
    const { metadata, tensors } = adapterFile(config, adapter);
    replaceFile(path, ggufPieces(metadata, tensors));
  });
  step('base.gguf', (path) => {
    replaceFile(path, ggufPieces(modelMetadata(config, name, words, endId), ggufTensors(loaded)));
  });
  step(TOKENIZER, (path) => replaceFile(path, [readFileSync(tokenizer)]));
  const readme = exportReadme(name, manifest?.licence ?? 'not stated', adapter.lora);
  step('README.md', (path) => replaceFile(path, [new TextEncoder().encode(readme)]));
  return { into, names };
}

/** F16: in 4 bits nothing of the values is worth more. */
function ggufTensors({ config, weights, packed }: Model): GgufTensor[] {
  return ggufParameters(config).map(({ name, from, shape, order }) => {
    const isMatrix = shape.length > 1;
    const data = () => {
      const matrix = packed?.get(from);
      const values = matrix ? dequantize(matrix) : (weights.get(from) as Float32Array);
      const ordered = inOrder(values, shape[0] as number, order);
      return isMatrix ? ggufBytes(Uint16Array.from(ordered, toHalf)) : ggufBytes(ordered);
    };
    const type = isMatrix ? GGML.F16 : GGML.F32;
    return { name, shape, type, bytes: elements(shape) * (isMatrix ? 2 : 4), data };
  });
}
