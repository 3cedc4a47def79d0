// A prompt as the Messages API's body: what is sent, and what 'Show What Is Kept and Sent' shows.
import type Anthropic from '@anthropic-ai/sdk';
import type { TeacherRequest } from '../tasks/completion/teacher-request.ts';
import { modelFacts } from './models.ts';
import { type Prompt, type PromptBlock, promptOf } from './prompt.ts';

/** @param thinking whether the server takes the fields that keep a model from thinking */
export function bodyOf(prompt: Prompt, model: string, thinking: boolean): Anthropic.MessageCreateParamsStreaming {
  const mode = thinking ? modelFacts(model).thinking : 'none';
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: prompt.user.map(block) }];
  if (prompt.prefill !== '') messages.push({ role: 'assistant', content: prompt.prefill });
  return {
    model,
    max_tokens: prompt.maxTokens,
    system: [block(prompt.system)],
    messages,
    stop_sequences: [...prompt.stop],
    ...(mode !== 'none' && { output_config: { effort: 'low' } }),
    ...((mode === 'disabled' || mode === 'between_tools') && { thinking: { type: mode } }),
    stream: true,
  };
}

function block({ text, cache }: PromptBlock): Anthropic.TextBlockParam {
  return cache ? { type: 'text', text, cache_control: { type: 'ephemeral' } } : { type: 'text', text };
}

/** The bytes that a call sends for this request, as text. */
export function sentFor(request: TeacherRequest, model: string): string {
  return JSON.stringify(bodyOf(promptOf(request, modelFacts(model)), model, true));
}
