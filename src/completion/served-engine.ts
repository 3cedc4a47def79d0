// A neural model on a server, behind the interface of the engine. Its answer is one raw completion with token
// probabilities, which the n-gram worker ranks with its own lines. Text is redacted before it is sent, and only files
// that may leave are sent.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Draft, DraftOptions, ServedAnswer } from '../common/completion.ts';
import { CodedError, failed, isCancelled, messageOf, ok, type Result } from '../common/errors.ts';
import type { Redactor } from '../common/redaction.ts';
import type { ModelFacts } from '../llm/protocol/models.ts';
import type { LlmClient } from '../llm/types.ts';
import { draftOptions } from '../prompts/completion/completion-position.ts';
import { type CompletionPrompt, completionPrompt } from '../prompts/completion/completion-prompt.ts';
import { type LlmRequest, requestAt } from '../prompts/completion/llm-request.ts';
import type { Engine, RequestOptions } from '../specialist/engine/client.ts';
import type { RequestKind, Requests } from '../specialist/engine/protocol.ts';
import { cutBeforeRest, restOfLine } from '../text/lines.ts';
import type { ModelToOpen } from './folder-model.ts';
import { redactedQuery } from './redacted-query.ts';

export interface ServedDeps {
  /** Its answers include token probabilities, if the server tells them. */
  readonly llm: Pick<LlmClient, 'ask' | 'facts'>;
  /** Lists the server's models: fails if the server is down. */
  readonly models: (signal: AbortSignal) => Promise<Result<readonly string[]>>;
  /** The draft with this answer as one more candidate; undefined if the n-grams cannot answer. */
  readonly rank: (
    query: CompletionQuery,
    options: DraftOptions,
    answer: ServedAnswer,
    signal: AbortSignal,
  ) => Promise<Draft | undefined>;
  readonly redact: Redactor;
  /** Whether this file may be sent; false until the folder's secrets are known. */
  readonly mayLeave: (path: string) => boolean;
  readonly clock: Clock;
}

const nameSuffix = ' (served)';

/** The model as a folder opens it, with the name that its drafts get. */
export function servedModel(name: string): ModelToOpen {
  return { model: '', name: name + nameSuffix, tokenizer: '', precision: 'auto', threads: 0 };
}

type Answers = {
  readonly [K in RequestKind]?: (
    request: Requests[K]['request'],
    signal: AbortSignal,
  ) => Promise<Result<Requests[K]['result']>>;
};

export class ServedEngine implements Engine {
  private readonly deps: ServedDeps;
  private name = '';

  constructor(deps: ServedDeps) {
    this.deps = deps;
  }

  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    { signal = new AbortController().signal }: RequestOptions<K> = {},
  ): Promise<Result<Requests[K]['result']>> {
    const answers: Answers = {
      open: (of, until) => this.open(of, until),
      draft: ({ query, options }, until) => this.draft(query, options, until),
    };
    // Other requests need no answer: the server has no index and manages its own prompt cache.
    const nothing = ok({} as Requests[K]['result']);
    try {
      return (await answers[kind]?.(request, signal)) ?? nothing;
    } catch (error) {
      const code = signal.aborted || isCancelled(error) ? 'cancelled' : 'malformed';
      return failed(error instanceof CodedError ? error.code : code, messageOf(error));
    }
  }

  private async open({ name }: Requests['open']['request'], signal: AbortSignal) {
    this.name = name;
    const startedAt = this.deps.clock.monotonic();
    const listed = await this.deps.models(signal);
    if (!listed.ok) return listed;
    return ok({ files: 0, tokens: 0, precision: 'fp32' as const, loadMs: this.deps.clock.monotonic() - startedAt });
  }

  private async draft(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Result<Draft>> {
    const { llm, rank, redact, mayLeave, clock } = this.deps;
    if (!mayLeave(query.path)) return failed('cancelled', 'This file must not be sent.');
    const startedAt = clock.monotonic();
    const { request, blank: before } = await servedRequest(query, options.multiline, redact);
    signal.throwIfAborted();
    const answer = await llm.ask(draftPrompt(request, llm.facts), signal);
    if (!answer.ok) return answer;
    const { text: whole, tokens = [], truncated } = answer.value;
    // A model that is not shown the rest of the line writes it, too.
    const seesSuffix = llm.facts.infill?.family.suffix !== '';
    const text = seesSuffix ? whole : (cutBeforeRest(whole, restOfLine(query.suffix)) ?? whole);
    if (!text.startsWith(before) || text.trim() === '') return failed('cancelled', 'The answer is empty.');
    const served: ServedAnswer = { model: this.name, text, before, tokens, complete: !truncated };
    const draft = await rank(query, options, served, signal);
    return draft
      ? ok({ ...draft, latencyMs: clock.monotonic() - startedAt })
      : failed('cancelled', 'The n-gram model does not answer.');
  }
}

/** The redacted prompt. @returns also the blank before the cursor, which belongs to the next word's token */
export async function servedRequest(
  query: CompletionQuery,
  block: boolean,
  redact: Redactor,
): Promise<{ readonly request: LlmRequest; readonly blank: '' | ' ' }> {
  const redacted = await redactedQuery(query, redact);
  const { prefix } = redacted;
  const blank = /\S $/.test(prefix) ? ' ' : '';
  const redactedQueryOfWord = { ...redacted, prefix: prefix.slice(0, prefix.length - blank.length) };
  return { request: requestAt({ query: redactedQueryOfWord, block }, []), blank };
}

/** Limits the answer to the length of a draft. */
export function draftPrompt(request: LlmRequest, facts: ModelFacts): CompletionPrompt {
  const { maxTokens } = draftOptions({ block: request.multiline });
  return { ...completionPrompt(request, facts), maxTokens };
}
