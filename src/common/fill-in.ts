// The prompt forms of models that fill in the middle, from their model cards and tokenizers: one row per family. Used
// by local models (neural/models/manifest.ts) and served ones (llm/protocol/models.ts).

export interface FillIn {
  /** Before the text before the cursor; '' : none. */
  readonly prefix: string;
  /** Before the text after the cursor; '' : that text is not shown. */
  readonly suffix: string;
  /** Before the middle; '' : the middle follows the text before the cursor. */
  readonly middle: string;
  /** Before the path of each file; absent: only one file is shown. */
  readonly file?: string;
  /** Whether the text after the cursor comes first. */
  readonly suffixFirst?: true;
  /**
   * Tokens that end the middle and a file. The first one that the model has is used; the others may also come where it
   * ends.
   */
  readonly ends: readonly string[];
}

/** What the model would read as marks: may not stand in a text that it is shown. */
export function specialTokens({ prefix, suffix, middle, file, ends }: FillIn): string[] {
  return [prefix, suffix, middle, file ?? '', ...ends].map((each) => each.trim()).filter((each) => each !== '');
}

const QWEN = { prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>' };
const STARCODER = { prefix: '<fim_prefix>', suffix: '<fim_suffix>', middle: '<fim_middle>' };

export const FILL_IN = {
  'qwen-coder': {
    ...QWEN,
    file: '<|file_sep|>',
    ends: ['<|endoftext|>', '<|file_sep|>', '<|fim_pad|>', '<|repo_name|>', '<|im_end|>'],
  },
  codegemma: { ...QWEN, file: '<|file_separator|>', ends: ['<|file_separator|>', '<eos>'] },
  'granite-4': { ...QWEN, ends: ['<|end_of_text|>', '<|fim_pad|>'] },
  starcoder: { ...STARCODER, file: '<file_sep>', ends: ['<|endoftext|>', '<file_sep>', '<repo_name>'] },
  granite: { ...STARCODER, ends: ['<|endoftext|>', '<|end_of_text|>', '<fim_pad>', '<reponame>', '<filename>'] },
  'deepseek-coder': {
    prefix: '<｜fim▁begin｜>',
    suffix: '<｜fim▁hole｜>',
    middle: '<｜fim▁end｜>',
    ends: ['<｜end▁of▁sentence｜>', '<|EOT|>'],
  },
  codellama: { prefix: '<PRE>', suffix: '<SUF>', middle: '<MID>', ends: ['<EOT>', '</s>'] },
  'seed-coder': {
    prefix: '<[fim-prefix]>',
    suffix: '<[fim-suffix]>',
    middle: '<[fim-middle]>',
    suffixFirst: true,
    ends: ['<[end▁of▁sentence]>'],
  },
} as const satisfies Record<string, FillIn>;
