// Writes the README of an exported model: its files, how other programs load it, and mistakes that show no error.
import type { ModelConfig } from '../../architecture/config.ts';
import type { LoraConfig } from '../../architecture/lora.ts';
import { DIALECT, DIALECTS } from '../dialects.ts';

export interface ExportFacts {
  /** Name of the base. */
  readonly base: string;
  readonly config: ModelConfig;
  readonly licence: string;
  readonly lora: LoraConfig;
}

export function exportReadme(facts: ExportFacts): string {
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
