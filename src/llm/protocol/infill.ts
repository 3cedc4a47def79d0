// Models that were trained to fill in the middle, by name, and the prompt form of each (common/fill-in.ts).
// Most servers reject a field `suffix` or do not know the model's form, so the task builds the prompt.

import { FILL_IN, type FillIn } from '../../common/fill-in.ts';

/** How a server accepts such a request: a prompt with special tokens, or prefix and suffix as two fields. */
export interface InfillEndpoint {
  readonly path: string;
  readonly form: 'tokens' | 'fields';
}

export interface InfillFamily extends FillIn {
  /** Matches model names in lower case. */
  readonly names: RegExp;
}

export interface Infill {
  readonly family: InfillFamily;
  readonly endpoint: InfillEndpoint;
}

const families: readonly InfillFamily[] = [
  { names: /qwen(2\.5|3)-?coder/, ...FILL_IN['qwen-coder'] },
  { names: /starcoder|granite.{0,60}code/, ...FILL_IN.starcoder },
  // As text, its marks need the surrounding spaces.
  {
    names: /codellama.*(code|base)|code-?llama-\d+b-hf/,
    ...{ ...FILL_IN.codellama, prefix: '<PRE> ', suffix: ' <SUF>', middle: ' <MID>' },
  },
  { names: /deepseek-coder/, ...FILL_IN['deepseek-coder'] },
  { names: /codegemma/, ...FILL_IN.codegemma },
  { names: /seed-?coder/, ...FILL_IN['seed-coder'] },
  { names: /codestral/, prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '', suffixFirst: true, ends: ['</s>'] },
];

/** The fill-in form of a model; undefined if the model gets instructions in words. */
export function infillOf(model: string, endpoint: InfillEndpoint | undefined): Infill | undefined {
  const name = model.toLowerCase();
  const family = families.find(({ names }) => names.test(name));
  return family && endpoint && { family, endpoint };
}
