// A row a prompt form: the special tokens that it is written with. A model names the one that it was trained on in its manifest.
//
//   easy-1: [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX   then the middle and <|eom|>
//
// tasks/completion/prompt-form.ts builds it, for serving and training; test/golden/prompt.json holds the pretraining to it.

import { MEND } from '../arch/decoder-values.ts';
import { CodedError } from '../common/errors.ts';

export const DIALECTS = {
  'easy-1': {
    file: '<|file|>',
    prefix: '<|prefix|>',
    suffix: '<|suffix|>',
    snippet: '<|snippet|>',
    /** Ends the middle. */
    eom: '<|eom|>',
    /** After each file. */
    end: '<|end|>',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Dialect = keyof typeof DIALECTS;

/** The form that this version asks and trains in. */
export const DIALECT: Dialect = 'easy-1';

/** Token ids of a form's special tokens, by what they are for. Throws CodedError 'unsupported' where the tokenizer lacks one. */
export function dialectTokens(
  tokenizer: { special(name: string): number | undefined },
  dialect: Dialect = DIALECT,
): Readonly<Record<keyof (typeof DIALECTS)[Dialect], number>> {
  const ids = Object.entries(DIALECTS[dialect]).map(([role, name]) => {
    const id = tokenizer.special(name);
    if (id === undefined) {
      throw new CodedError('unsupported', `The tokenizer has no token '${name}', which prompts need. ${MEND}`);
    }
    return [role, id];
  });
  return Object.fromEntries(ids);
}

export function isDialect(name: unknown): name is Dialect {
  return typeof name === 'string' && Object.hasOwn(DIALECTS, name);
}
