// The middle of a text, asked of models that were trained to fill it in: a row a family, with the special tokens of its form.
// Most servers refuse a field `suffix`, or know nothing of the model's form: there the prompt is built here.
import type { Snippet } from '../common/completion.ts';

/** How a server takes such a request: the prompt as tokens, which it reads as such, or prefix and suffix as two fields. */
export interface InfillDoor {
  readonly path: string;
  readonly form: 'tokens' | 'fields';
}

export interface InfillFamily {
  /** Of model names, in lower case. */
  readonly names: RegExp;
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: string;
  /** Stands before the path of each file; absent: it is shown one file. */
  readonly file?: string;
  /** The suffix comes first. */
  readonly suffixFirst?: true;
  /** What it writes where it ends, if its server lets that through. */
  readonly ends: readonly string[];
}

export interface Infill {
  readonly family: InfillFamily;
  readonly door: InfillDoor;
}

/** From the models' own cards and tokenizers. */
const families: readonly InfillFamily[] = [
  {
    names: /qwen(2\.5|3)-?coder/,
    ...{ prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>', file: '<|file_sep|>' },
    ends: ['<|endoftext|>', '<|file_sep|>', '<|fim_pad|>'],
  },
  {
    names: /starcoder|granite.*code/,
    ...{ prefix: '<fim_prefix>', suffix: '<fim_suffix>', middle: '<fim_middle>', file: '<file_sep>' },
    ends: ['<|endoftext|>', '<file_sep>'],
  },
  {
    names: /codellama.*(code|base)|code-?llama-\d+b-hf/,
    ...{ prefix: '<PRE> ', suffix: ' <SUF>', middle: ' <MID>' },
    ends: ['<EOT>'],
  },
  {
    names: /deepseek-coder/,
    ...{ prefix: '<｜fim▁begin｜>', suffix: '<｜fim▁hole｜>', middle: '<｜fim▁end｜>' },
    ends: ['<｜end▁of▁sentence｜>'],
  },
  {
    names: /codegemma/,
    ...{ prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>', file: '<|file_separator|>' },
    ends: ['<|file_separator|>'],
  },
  { names: /codestral/, prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '', suffixFirst: true, ends: ['</s>'] },
];

/** Undefined: a model that is told what to do in words. */
export function infillOf(model: string, door: InfillDoor | undefined): Infill | undefined {
  const name = model.toLowerCase();
  const family = door && families.find(({ names }) => names.test(name));
  return family && door && { family, door };
}

export interface InfillText {
  /** Before the cursor, or all of it where `suffix` is undefined. */
  readonly prompt: string;
  readonly suffix: string | undefined;
  readonly stop: readonly string[];
}

/** Pure. Places of the repository come before the file, where the family knows more than one. */
export function infillText(
  { family, door }: Infill,
  place: { readonly path: string; readonly prefix: string; readonly suffix: string },
  snippets: readonly Snippet[],
): InfillText {
  const { prefix, suffix, middle, file, suffixFirst, ends } = family;
  if (door.form === 'fields') return { prompt: place.prefix, suffix: place.suffix, stop: [] };
  const tokens = [prefix, suffix, middle, file ?? '', ...ends].map((each) => each.trim()).filter((each) => each !== '');
  // In the text they would be read as what they mean.
  const plain = (text: string) => tokens.reduce((kept, token) => kept.replaceAll(token, ''), text);
  const others = file === undefined ? [] : snippets.map(({ path, text }) => `${file}${path}\n${plain(text)}\n`);
  const head = file === undefined ? '' : `${others.join('')}${file}${plain(place.path)}\n`;
  const before = `${prefix}${plain(place.prefix)}`;
  const after = `${suffix}${plain(place.suffix)}`;
  const prompt = suffixFirst ? `${head}${after}${before}${middle}` : `${head}${before}${after}${middle}`;
  return { prompt, suffix: undefined, stop: ends };
}
