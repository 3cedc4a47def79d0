// SGLang's server: chat completions, and completions whose prompt may hold a model's own tokens; `suffix` is refused.
import { common, compatible, local, tokens } from './openai.ts';

export const sglang = compatible({
  ...local,
  id: 'sglang',
  label: 'SGLang',
  baseUrl: 'http://127.0.0.1:30000/v1',
  takes: { ...common, stops: 16, logprobs: 'completions', infill: tokens },
});
