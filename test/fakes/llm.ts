// A fake large model that answers by a script, for tests of its callers.
import { ok, type Result } from '../../src/common/errors.ts';
import {
  type LlmAnswer,
  type LlmClient,
  type ModelFacts,
  type Prompt,
  unknownModel,
} from '../../src/llm/protocol/models.ts';
import type { CompletionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../src/prompts/completion/llm-request.ts';
import { unlessAborted } from './signal.ts';

/** The reply to one request: a text, an answer, a failure, or a promise of one (to keep the request open). */
export type ScriptedReply = string | Result<LlmAnswer> | Promise<string | Result<LlmAnswer>>;
export type LlmScript = (request: LlmRequest, call: number) => ScriptedReply;

export function llmAnswer(text: string, over: Partial<LlmAnswer> = {}): LlmAnswer {
  return {
    text,
    model: 'scripted',
    usage: { inputTokens: 100, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 10 },
    costUsd: 0.001,
    latencyMs: 250,
    firstTokenMs: 150,
    truncated: false,
    ...over,
  };
}

export class ScriptedLlm implements LlmClient {
  readonly model: string;
  readonly facts: ModelFacts;
  /** All requests, in order. */
  readonly requests: LlmRequest[] = [];
  /** Number of requests whose signal was aborted before the answer. */
  cancelled = 0;
  /** Number of open requests. */
  open = 0;
  /** Largest number of requests that were open at the same time. */
  mostOpen = 0;
  estimate = 0.001;
  ceiling = 0.001;
  /** Makes an answer of a text of the script. */
  answer: (text: string) => LlmAnswer;
  /** The paid answer of a cancelled request; undefined: nothing was paid. */
  lost: LlmAnswer | undefined;
  private readonly script: LlmScript;

  /** @param script a text for all requests, or a function that replies to each */
  constructor(script: string | LlmScript = 'scripted()', model = 'scripted') {
    this.script = typeof script === 'string' ? () => script : script;
    this.model = model;
    this.facts = { ...unknownModel, id: model };
    this.answer = (text) => llmAnswer(text, { model });
  }

  async ask(...[prompt, signal, onText, onLost]: Parameters<LlmClient['ask']>): Promise<Result<LlmAnswer>> {
    signal.throwIfAborted();
    const { request } = prompt as Partial<CompletionPrompt>;
    if (request === undefined) throw new Error('The scripted llm completes, and does nothing else.');
    const call = this.requests.push(request) - 1;
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    try {
      const reply = await unlessAborted(this.script(request, call), signal, () => {
        this.cancelled++;
        if (this.lost) onLost?.(this.lost);
      });
      const result = typeof reply === 'string' ? ok(this.answer(reply)) : reply;
      if (result.ok) onText?.(result.value.text);
      return result;
    } finally {
      this.open--;
    }
  }

  estimateUsd(_prompt: Prompt): number {
    return this.estimate;
  }

  ceilingUsd(_prompt: Prompt): number {
    return this.ceiling;
  }
}
