// A specialist on another machine, served with vLLM or llama.cpp's server: base model and adapters behind completions
// with token probabilities. It is no large model: it drafts in place of the local neural model.
import { common, compatible, local, tokens } from './openai.ts';

/** Not in the list of providers to choose from. The settings name its address and model. */
export const served = compatible({
  ...local,
  id: 'served',
  label: 'A specialist served elsewhere',
  baseUrl: '',
  key: { ...local.key, command: 'Serve the Local Model Elsewhere…' },
  // With this field, vLLM returns the model's end token, which is a stop sequence. Other servers ignore the field.
  takes: {
    ...{ ...common, stops: 16, logprobs: 'completions', always: 'logprobs', infill: { ...tokens, always: true } },
    extras: { skip_special_tokens: false },
  },
  // A short context keeps drafts fast: a few thousand characters, as for the local model.
  context: 3_000,
});
