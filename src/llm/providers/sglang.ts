// SGLang's server: chat completions, and completions with special tokens in the prompt. It rejects `suffix`.
import { compatibleProvider, localServer, tokenInfill, usualCapabilities } from './openai.ts';

export const sglang = compatibleProvider({
  ...localServer,
  id: 'sglang',
  label: 'SGLang',
  baseUrl: 'http://127.0.0.1:30000/v1',
  capabilities: { ...usualCapabilities, stops: 16, infill: tokenInfill },
});
