// SGLang's server: chat completions, and completions with special tokens in the prompt. It rejects `suffix`.
import { common, compatible, local, tokens } from './openai.ts';

export const sglang = compatible({
  ...local,
  id: 'sglang',
  label: 'SGLang',
  baseUrl: 'http://127.0.0.1:30000/v1',
  takes: { ...common, stops: 16, logprobs: 'completions', infill: tokens },
});
