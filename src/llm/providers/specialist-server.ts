// A specialist on another machine, served with vLLM or llama.cpp's server: base model and adapters behind completions
// with token probabilities. It is no large model: it drafts in place of the local neural model.
import { compatibleProvider, localServer, tokenInfill, usualCapabilities } from './openai.ts';

/** Not in the list of providers to choose from. The settings name its address and model. */
export const servedSpecialist = compatibleProvider({
  ...localServer,
  id: 'served',
  label: 'A specialist served elsewhere',
  baseUrl: '',
  key: { ...localServer.key, command: 'Serve the Local Model Elsewhere…' },
  // With this field, vLLM returns the model's end token, which is a stop sequence. Other servers ignore the field.
  capabilities: {
    ...{
      ...usualCapabilities,
      stops: 16,
      logprobs: 'completions',
      alwaysRequestsLogprobs: true,
      infill: { ...tokenInfill, anyModel: true },
    },
    extras: { skip_special_tokens: false },
  },
  // A short context keeps drafts fast: a few thousand characters, as for the local model.
  context: 3_000,
});
