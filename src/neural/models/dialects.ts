// The special tokens of each dialect (prompt format), one row per dialect. A model's manifest names the dialect that
// the model was trained on.
//
//   easy-1:     [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX    MIDDLE <|eom|>
//   others:     [<file> path \n lines ...] <file> path \n <prefix> PREFIX <suffix> SUFFIX <middle>     MIDDLE <eom>
//   file-marks: [<file> path \n lines ...] <file> path \n PREFIX                                       CONTINUATION
//   none:       <end> PREFIX                                                                          CONTINUATION
//
// The model writes the last column. prompts/completion/prompt-form.ts builds the prompts, for serving and training.
// test/golden/prompt.json checks that pretraining uses easy-1, too.

import { CodedError } from '../../common/errors.ts';
import { FILL_IN, type FillIn } from '../../common/fill-in.ts';
import { REPAIR_ADVICE } from '../architecture/decoder-values.ts';

/** Names of the tokens by purpose; '' : the dialect has none. */
export interface DialectTokens {
  /** Before the path of the file. */
  readonly file: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: string;
  /** Before the path of another file's lines. */
  readonly snippet: string;
  /** Ends the middle. */
  readonly eom: string;
  /** After each file. */
  readonly end: string;
}

interface Row {
  readonly tokens: DialectTokens;
  /** The text after the cursor comes first, so that a typed character only adds tokens at the end. */
  readonly suffixFirst: boolean;
  /** Other tokens that may end a middle, besides `eom` and `end`. */
  readonly stop: readonly string[];
}

/** Tokens that may end a text of a model that was not trained to fill in. */
const ENDS = ['<|endoftext|>', '<|end_of_text|>', '</s>', '<eos>', '<｜end▁of▁sentence｜>', '<|im_end|>'];

/** Converts a family's row (common/fill-in.ts). @param end the one of the family's end tokens that this dialect uses */
const infillRow = ({ prefix, suffix, middle, file = '', suffixFirst, ends }: FillIn, end: string): Row => ({
  tokens: { file, prefix, suffix, middle, snippet: file, eom: end, end },
  suffixFirst: suffixFirst === true,
  stop: [...ends.filter((each) => each !== end), prefix, suffix, middle, file].filter((each) => each !== ''),
});

const NO_TOKENS: DialectTokens = { file: '', prefix: '', suffix: '', middle: '', snippet: '', eom: '', end: '' };

/** All dialects, in the order in which `dialectFor` tries them. */
const ROWS = {
  'easy-1': {
    tokens: {
      ...{ file: '<|file|>', prefix: '<|prefix|>', suffix: '<|suffix|>', middle: '', snippet: '<|snippet|>' },
      ...{ eom: '<|eom|>', end: '<|end|>' },
    },
    suffixFirst: true,
    stop: ['<|file|>', '<|snippet|>', '<|repo|>'],
  },
  'qwen-coder': infillRow(FILL_IN['qwen-coder'], '<|endoftext|>'),
  'granite-4': infillRow(FILL_IN['granite-4'], '<|end_of_text|>'),
  starcoder: infillRow(FILL_IN.starcoder, '<|endoftext|>'),
  'granite-code': infillRow(FILL_IN.granite, '<|endoftext|>'),
  'granite-3': infillRow(FILL_IN.granite, '<|end_of_text|>'),
  'deepseek-coder': infillRow(FILL_IN['deepseek-coder'], '<｜end▁of▁sentence｜>'),
  'seed-coder': infillRow(FILL_IN['seed-coder'], '<[end▁of▁sentence]>'),
  /**
   * SmolLM2's dialect. The model cannot infill, but was trained on files that follow this mark. It continues the text
   * before the cursor.
   */
  'file-marks': infillRow(
    { prefix: '', suffix: '', middle: '', file: '<file_sep>', ends: ['<|endoftext|>', '<repo_name>', '<|im_end|>'] },
    '<|endoftext|>',
  ),
  /** The model continues the text before the cursor and sees nothing else. It ends with one of its own end tokens. */
  none: { tokens: NO_TOKENS, suffixFirst: false, stop: ENDS },
} as const satisfies Record<string, Row>;

export const DIALECTS: Readonly<Record<keyof typeof ROWS, Row>> = ROWS;

export type Dialect = keyof typeof ROWS;

/** The dialect of the shipped models, for prompts and for training. */
export const DIALECT: Dialect = 'easy-1';

/** The part of a tokenizer that is used here. */
type SpecialTokens = { special(name: string): number | undefined };

/** A dialect's tokens as ids. Undefined: the dialect has no such token. */
export type DialectIds = {
  readonly [Role in keyof DialectTokens]: Role extends 'eom' | 'end' ? number : number | undefined;
};

/** Ids of a dialect's special tokens, by purpose. Throws CodedError 'unsupported' if the tokenizer lacks one. */
export function dialectTokens(tokenizer: SpecialTokens, dialect: Dialect = DIALECT): DialectIds {
  const tokens = Object.entries(namesOf(tokenizer, dialect)).map(([role, name]) => {
    const id = tokenizer.special(name);
    if (id === undefined && name !== '') {
      throw new CodedError('unsupported', `The tokenizer has no token '${name}', which prompts need. ${REPAIR_ADVICE}`);
    }
    return [role, id];
  });
  const ids = Object.fromEntries(tokens) as DialectIds;
  if (ids.end === undefined)
    throw new CodedError(
      'unsupported',
      `The tokenizer has no token that ends a text, which prompts need. ${REPAIR_ADVICE}`,
    );
  return ids;
}

/** Names of the dialect's tokens. If the dialect has no end token, the tokenizer's own is used. */
export function namesOf(tokenizer: SpecialTokens, dialect: Dialect): DialectTokens {
  const { tokens } = DIALECTS[dialect];
  if (tokens.end !== '') return tokens;
  const end = ENDS.find((name) => tokenizer.special(name) !== undefined) ?? '';
  return { ...tokens, eom: end, end };
}

/** The first dialect whose tokens are all in the tokenizer, and the names of the tokens that end a completion. */
export function dialectFor(tokenizer: SpecialTokens): { readonly dialect: Dialect; readonly stop: readonly string[] } {
  const has = (name: string) => name === '' || tokenizer.special(name) !== undefined;
  const dialects = Object.keys(DIALECTS) as Dialect[];
  const dialect = dialects.find((each) => Object.values(DIALECTS[each].tokens).every(has)) ?? 'none';
  const { eom, end } = namesOf(tokenizer, dialect);
  const stop = [eom, end, ...DIALECTS[dialect].stop].filter((name) => name !== '' && has(name));
  return { dialect, stop: [...new Set(stop)] };
}

export function isDialect(name: unknown): name is Dialect {
  return typeof name === 'string' && Object.hasOwn(DIALECTS, name);
}
