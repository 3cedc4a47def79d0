// Requests for the tests of this room.

import type { LlmClient } from '../../src/llm/protocol/models.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../src/prompts/completion/llm-request.ts';

/** A request whose cursor is at '¦' in the text. */
export function at(text: string, over: Partial<LlmRequest> & { path?: string; languageId?: string } = {}): LlmRequest {
  const { path = 'src/shop/cart.ts', languageId = 'typescript', ...rest } = over;
  const cursor = text.indexOf('¦');
  return {
    query: { path, languageId, prefix: text.slice(0, cursor), suffix: text.slice(cursor + 1) },
    snippets: [],
    drafts: [],
    multiline: false,
    ...rest,
  };
}

export const never = new AbortController().signal;

type Rest = Parameters<LlmClient['ask']> extends [unknown, ...infer R] ? R : never;

/** Asks a large model what belongs at a place. */
export function complete(llm: LlmClient, request: LlmRequest, ...rest: Rest): ReturnType<LlmClient['ask']> {
  return llm.ask(completionPrompt(request, llm.facts), ...rest);
}
