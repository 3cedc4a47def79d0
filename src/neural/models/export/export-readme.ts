// Writes the README of an exported model: its files, how other programs load it, and mistakes that show no error.
import type { ModelConfig } from '../../architecture/config.ts';
import type { LoraConfig } from '../../architecture/lora.ts';
import { DIALECTS, type Dialect } from '../dialects.ts';

export interface ExportFacts {
  /** Name of the base. */
  readonly base: string;
  readonly config: ModelConfig;
  readonly dialect: Dialect;
  /** The token that ends a text; '' if none is known. */
  readonly end: string;
  /** llama.cpp's name for the tokenizer's pre-tokenization; undefined if llama.cpp has none. */
  readonly cut: string | undefined;
  readonly licence: string;
  /** Configuration of the adapter; absent if all parameters were trained. */
  readonly lora?: LoraConfig;
}

export function exportReadme(facts: ExportFacts): string {
  const { base, config, lora, licence } = facts;
  const made = lora
    ? `An adapter (LoRA, rank ${lora.rank}, alpha ${lora.alpha}) that Easy Adaptation trained over '${base}'.`
    : `A model that Easy Adaptation trained, whole, from '${base}'.`;
  return [
    '# An adapted model',
    `${made} Family ${config.modelType}, ${config.layers} layers, context ${config.contextLength} tokens. Licence of the base: ${licence}. The adapted weights may repeat what they were trained on: treat them like the code of the folder that they were made from.`,
    files(facts),
    `## How to load it\n\n${[transformers(facts), vllm(facts), llama(facts), ollama(facts)].join('\n\n')}`,
    `## What it is asked\n\n${asked(facts)}`,
    `## Where it goes wrong in silence\n\n${traps(facts)
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
          ['`adapter/`', 'the adapter as peft keeps it: transformers, vLLM'],
          ['`adapter.gguf`', 'the adapter for llama.cpp and Ollama'],
          ['`base/`', 'the base, f16: config.json, safetensors, tokenizer.json'],
        ]
      : []),
    [lora ? '`base.gguf`' : '`merged.gguf`', `${lora ? 'the base' : 'the model'} for llama.cpp and Ollama, f16`],
    ['`merged/`', `${lora ? 'base and adapter in one' : 'the model'}, f16, the same layout`],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, what]) => `| ${name} | ${what} |`)].join('\n');
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
    ? `vllm serve ./base --enable-lora --max-lora-rank ${rank} --lora-modules adapted=./adapter\n# "model": "adapted" in the request; or without any of that: vllm serve ./merged`
    : 'vllm serve ./merged';
  return `**vLLM**\n\n\`\`\`sh\n${command}\n\`\`\``;
}

function llama({ lora }: ExportFacts): string {
  const command = lora ? 'llama-server -m base.gguf --lora adapter.gguf' : 'llama-server -m merged.gguf';
  return `**llama.cpp**\n\n\`\`\`sh\n${command}\nllama-quantize ${lora ? 'base' : 'merged'}.gguf small.gguf Q8_0   # half as large\n\`\`\``;
}

function ollama({ lora }: ExportFacts): string {
  const file = lora ? 'FROM ./base.gguf\nADAPTER ./adapter.gguf' : 'FROM ./merged.gguf';
  return `**Ollama**, a Modelfile; ask with \`"raw": true\`, so that no template is put round the prompt:\n\n\`\`\`\n${file}\n\`\`\``;
}

function asked({ dialect, end }: ExportFacts): string {
  const { tokens, suffixFirst } = DIALECTS[dialect];
  const { file, prefix, suffix, middle, eom } = tokens;
  if (prefix === '') {
    const marked = file === '' ? '' : `, behind \`${file}PATH\\n\``;
    return `The text before the cursor${marked}, and nothing else; it ends with \`${end}\`.`;
  }
  const parts = suffixFirst ? `${suffix}AFTER${prefix}BEFORE${middle}` : `${prefix}BEFORE${suffix}AFTER${middle}`;
  const head = file === '' ? '' : `${file}PATH\\n`;
  return `\`${head}${parts}\`: BEFORE and AFTER are the text round the cursor. It ends with \`${eom}\`; stop at every other mark of the form, too.`;
}

function traps({ config, lora, cut }: ExportFacts): string[] {
  return [
    ...(config.modelType === 'llama' && lora
      ? [
          'llama.cpp wants the rows of q and k in another order than transformers. `adapter.gguf` has B’s rows so (A’s stay): do not convert it again, and do not lay `adapter/` over a GGUF by hand. Ollama’s own conversion of safetensors adapters is suspected to turn A instead: give it `adapter.gguf`.',
        ]
      : []),
    ...(lora
      ? [
          `The adapter counts alpha / rank = ${lora.alpha / lora.rank} times: who multiplies by alpha alone, or by alpha / √rank (rsLoRA), gets another model.`,
          ...(lora.rank > 16 ? ['vLLM takes rank 16 at most unless told otherwise (`--max-lora-rank`).'] : []),
          ...(lora.firstLayer ? [`Layers 0 to ${lora.firstLayer - 1} have no adapter, which is meant so.`] : []),
        ]
      : []),
    ...(config.tied
      ? [
          'Embedding and output matrix are one (`tie_word_embeddings`): there is no `lm_head.weight`, and none is missing.',
        ]
      : []),
    ...(cut === undefined
      ? [
          'llama.cpp does not know how this tokenizer cuts words, and cuts some otherwise. Send ids in place of text (`"prompt": [1, 2, 3]` of `/completion`), made with `tokenizer.json`; Ollama takes no ids, and answers a little worse.',
        ]
      : []),
    'The cursor may stand inside a word: take the last token back, and let the answer begin with its bytes, as Easy Adaptation does; else the answer begins with a word of its own.',
    'llama.cpp’s server keeps prompts for reuse whichever adapter they were read with: with several adapters send `"cache_prompt": false`.',
  ];
}
