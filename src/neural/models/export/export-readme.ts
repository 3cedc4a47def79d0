// Writes the README of an exported model: its files, how other programs load it, and mistakes that show no error.
import type { ModelConfig } from '../../architecture/config.ts';
import type { LoraConfig } from '../../architecture/lora.ts';
import { DIALECT, DIALECTS } from '../dialects.ts';

export interface ExportFacts {
  /** Name of the base. */
  readonly base: string;
  readonly config: ModelConfig;
  readonly licence: string;
  /** Configuration of the adapter; absent if all parameters were trained. */
  readonly lora?: LoraConfig;
}

export function exportReadme(facts: ExportFacts): string {
  const { base, config, lora, licence } = facts;
  const made = lora
    ? `An adapter (LoRA, rank ${lora.rank}, alpha ${lora.alpha}) that Easy Adaptation trained over '${base}'.`
    : `A model whose parameters Easy Adaptation all trained, starting from '${base}'.`;
  return [
    '# An adapted model',
    `${made} Family llama, ${config.layers} layers, context ${config.contextLength} tokens. Licence of the base: ${licence}. The adapted weights may repeat their training text: protect them like the code of the folder that they were trained on.`,
    files(facts),
    `## How to load it\n\n${[transformers(facts), vllm(facts), llama(facts), ollama(facts)].join('\n\n')}`,
    `## The prompt\n\n${promptSection()}`,
    `## Mistakes that cause no error\n\n${traps(facts)
      .map((trap) => `- ${trap}`)
      .join('\n')}`,
  ]
    .join('\n\n')
    .concat('\n');
}

function files({ lora }: ExportFacts): string {
  const rows = [
    ...(lora
      ? [
          ['`adapter/`', 'the adapter in the format of peft, for transformers and vLLM'],
          ['`adapter.gguf`', 'the adapter for llama.cpp and Ollama'],
          ['`base/`', 'the base, f16, in the format of transformers: config.json, safetensors, tokenizer.json'],
        ]
      : []),
    [lora ? '`base.gguf`' : '`merged.gguf`', `${lora ? 'the base' : 'the model'} for llama.cpp and Ollama, f16`],
    ['`merged/`', `${lora ? 'the base with the adapter merged' : 'the model'}, f16, in the format of transformers`],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, description]) => `| ${name} | ${description} |`)].join('\n');
}

function transformers({ lora }: ExportFacts): string {
  const merged = "AutoModelForCausalLM.from_pretrained('merged')";
  const code = lora
    ? `from peft import PeftModel\nmodel = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained('base'), 'adapter')   # or ${merged}`
    : `model = ${merged}`;
  return `**transformers**\n\n\`\`\`python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n${code}\ntokenizer = AutoTokenizer.from_pretrained('merged')\n\`\`\``;
}

function vllm({ lora }: ExportFacts): string {
  const rank = lora ? Math.max(16, 2 ** Math.ceil(Math.log2(lora.rank))) : 0;
  const command = lora
    ? `vllm serve ./base --enable-lora --max-lora-rank ${rank} --lora-modules adapted=./adapter\n# "model": "adapted" in the request; or serve the merged model: vllm serve ./merged`
    : 'vllm serve ./merged';
  return `**vLLM**\n\n\`\`\`sh\n${command}\n\`\`\``;
}

function llama({ lora }: ExportFacts): string {
  const command = lora ? 'llama-server -m base.gguf --lora adapter.gguf' : 'llama-server -m merged.gguf';
  return `**llama.cpp**\n\n\`\`\`sh\n${command}\nllama-quantize ${lora ? 'base' : 'merged'}.gguf small.gguf Q8_0   # half as large\n\`\`\``;
}

function ollama({ lora }: ExportFacts): string {
  const file = lora ? 'FROM ./base.gguf\nADAPTER ./adapter.gguf' : 'FROM ./merged.gguf';
  return `**Ollama**, as a Modelfile. Send requests with \`"raw": true\`, so that Ollama adds no template to the prompt:\n\n\`\`\`\n${file}\n\`\`\``;
}

function promptSection(): string {
  const { file, prefix, suffix, eom } = DIALECTS[DIALECT].tokens;
  return `\`${file}PATH\\n${suffix}AFTER${prefix}BEFORE\`: BEFORE and AFTER are the texts around the cursor. The answer ends with \`${eom}\`. Stop at every other special token of the prompt, too.`;
}

function traps({ lora }: ExportFacts): string[] {
  return [
    ...(lora
      ? [
          'llama.cpp needs the rows of q and k in another order than transformers. In `adapter.gguf` the rows of B are already in this order, and A is unchanged. Do not convert it again, and do not apply `adapter/` to a GGUF file by hand. Ollama’s own conversion of safetensors adapters may reorder A instead, so give Ollama `adapter.gguf`.',
          `The adapter is scaled by alpha / rank = ${lora.alpha / lora.rank}. Scaling by alpha alone, or by alpha / √rank (rsLoRA), gives another model.`,
          ...(lora.rank > 16 ? ['vLLM accepts at most rank 16 unless `--max-lora-rank` is set.'] : []),
          ...(lora.firstLayer ? [`Layers 0 to ${lora.firstLayer - 1} have no adapter. This is intended.`] : []),
        ]
      : []),
    'Embedding and output matrix are the same (`tie_word_embeddings`), so there is no `lm_head.weight`.',
    'llama.cpp does not know this tokenizer’s word splitting, and tokenizes some texts differently. Tokenize with `tokenizer.json`, and send the ids (`"prompt": [1, 2, 3]` of `/completion`). Ollama accepts no ids, so its answers are a little worse.',
    'The cursor may be inside a word. As Easy Adaptation does, remove the last token from the prompt and make the answer begin with its bytes. Otherwise the answer begins with a new word.',
    'llama.cpp’s server reuses cached prompts even if they were computed with another adapter. With several adapters, send `"cache_prompt": false`.',
  ];
}
