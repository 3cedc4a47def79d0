// Models that were trained to fill in the middle of a text: a row a family, with the special tokens of its form.
// Most servers refuse a field `suffix`, or know nothing of the model's form: there the task builds the prompt.

/** How a server takes such a request: the prompt as tokens, which it reads as such, or prefix and suffix as two fields. */
export interface InfillDoor {
  readonly path: string;
  readonly form: 'tokens' | 'fields';
  /** It is all that is asked of whatever model: one that knows no form goes on from what stands before the cursor. */
  readonly always?: true;
}

export interface InfillFamily {
  /** Of model names, in lower case. */
  readonly names: RegExp;
  readonly prefix: string;
  /** '' : it is not shown what stands behind the cursor. */
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

const goingOn: InfillFamily = { names: /^/, prefix: '', suffix: '', middle: '', ends: [] };

/** Undefined: a model that is told what to do in words. */
export function infillOf(model: string, door: InfillDoor | undefined): Infill | undefined {
  const name = model.toLowerCase();
  const family = families.find(({ names }) => names.test(name)) ?? (door?.always && goingOn);
  return family && door && { family, door };
}
