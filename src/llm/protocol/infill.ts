// Finds the prompt form (common/fill-in.ts) of a model that was trained to fill in the middle of a text, by its name.
// Most servers refuse a field `suffix` or do not know the model's form, so the task builds the prompt.

import { FILL_IN, type FillIn } from '../../common/fill-in.ts';

/**
 * How a server takes a request for a middle. 'tokens': one prompt with the model's special tokens in it. 'fields':
 * prefix and suffix as two fields.
 */
export interface InfillDoor {
  readonly path: string;
  readonly form: 'tokens' | 'fields';
  /** Every model gets such requests. A model of no known family continues the text before the cursor. */
  readonly always?: true;
}

export interface InfillFamily extends FillIn {
  /** Matches model names in lower case. */
  readonly names: RegExp;
}

export interface Infill {
  readonly family: InfillFamily;
  readonly door: InfillDoor;
}

const families: readonly InfillFamily[] = [
  { names: /qwen(2\.5|3)-?coder/, ...FILL_IN['qwen-coder'] },
  { names: /starcoder|granite.*code/, ...FILL_IN.starcoder },
  // Written as text, the marks need these spaces.
  {
    names: /codellama.*(code|base)|code-?llama-\d+b-hf/,
    ...{ ...FILL_IN.codellama, prefix: '<PRE> ', suffix: ' <SUF>', middle: ' <MID>' },
  },
  { names: /deepseek-coder/, ...FILL_IN['deepseek-coder'] },
  { names: /codegemma/, ...FILL_IN.codegemma },
  { names: /seed-?coder/, ...FILL_IN['seed-coder'] },
  { names: /codestral/, prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '', suffixFirst: true, ends: ['</s>'] },
];

const goingOn: InfillFamily = { names: /^/, prefix: '', suffix: '', middle: '', ends: [] };

/** Undefined: the model gets its instructions in words. */
export function infillOf(model: string, door: InfillDoor | undefined): Infill | undefined {
  const name = model.toLowerCase();
  const family = families.find(({ names }) => names.test(name)) ?? (door?.always && goingOn);
  return family && door && { family, door };
}
