// A specialist that somebody serves elsewhere, with vLLM or llama.cpp's server: base and adapters behind raw completions, each token with its
// probability and those of its rivals. No large model: it drafts in place of the local neural one.
import { common, compatible, local, tokens } from './openai.ts';

/** In no list that one may choose from: the settings name its address and model. */
export const served = compatible({
  ...local,
  id: 'served',
  label: 'A specialist served elsewhere',
  baseUrl: '',
  key: { ...local.key, command: 'Serve the Local Model Elsewhere…' },
  // vLLM lets a model's own end through then, which is a stop; others do not know the field.
  takes: {
    ...{ ...common, stops: 16, logprobs: 'completions', always: 'logprobs', infill: { ...tokens, always: true } },
    extras: { skip_special_tokens: false },
  },
  // A draft waits for its prompt: a window of some thousand characters, as the local model has it.
  context: 3_000,
});
