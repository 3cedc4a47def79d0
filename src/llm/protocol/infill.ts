// Models that were trained to fill in the middle of a text, by their names: which form they know (common/fill-in.ts).
// Most servers refuse a field `suffix`, or know nothing of the model's form: there the task builds the prompt.

import { FILL_IN, type FillIn } from '../../common/fill-in.ts';

/** How a server takes such a request: the prompt as tokens, which it reads as such, or prefix and suffix as two fields. */
export interface InfillDoor {
  readonly path: string;
  readonly form: 'tokens' | 'fields';
  /** It is all that is asked of whatever model: one that knows no form goes on from what stands before the cursor. */
  readonly always?: true;
}

export interface InfillFamily extends FillIn {
  /** Of model names, in lower case. */
  readonly names: RegExp;
}

export interface Infill {
  readonly family: InfillFamily;
  readonly door: InfillDoor;
}

const families: readonly InfillFamily[] = [
  { names: /qwen(2\.5|3)-?coder/, ...FILL_IN['qwen-coder'] },
  { names: /starcoder|granite.*code/, ...FILL_IN.starcoder },
  // As text its marks need the blanks round them.
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

/** Undefined: a model that is told what to do in words. */
export function infillOf(model: string, door: InfillDoor | undefined): Infill | undefined {
  const name = model.toLowerCase();
  const family = families.find(({ names }) => names.test(name)) ?? (door?.always && goingOn);
  return family && door && { family, door };
}
