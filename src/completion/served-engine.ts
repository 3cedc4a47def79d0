// A neural model on a server, behind the interface of the engine. A draft is one raw completion with token
// probabilities for the router; it is not mixed with the n-grams. Text is redacted before it is sent, and only files
// that may leave are sent.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Draft, DraftToken } from '../common/completion.ts';
import { CodedError, failed, isCancelled, messageOf, ok, type Result } from '../common/errors.ts';
import type { Redactor } from '../common/redaction.ts';
import type { ModelFacts } from '../llm/protocol/models.ts';
import type { TokenOdds } from '../llm/protocol/wire.ts';
import type { LlmClient } from '../llm/types.ts';
import { draftOptions } from '../prompts/completion/completion-position.ts';
import { type CompletionPrompt, completionPrompt } from '../prompts/completion/completion-prompt.ts';
import { type LlmRequest, requestAt } from '../prompts/completion/llm-request.ts';
import type { Engine, RequestOptions } from '../specialist/engine/client.ts';
import type { RequestKind, Requests } from '../specialist/engine/protocol.ts';
import type { ModelToOpen } from './folder-model.ts';
import { redactedQuery } from './redacted-query.ts';

export interface ServedDeps {
  /** Its answers include token probabilities. */
  readonly llm: Pick<LlmClient, 'ask' | 'facts'>;
  /** Lists the server's models: fails if the server is down. */
  readonly models: (signal: AbortSignal) => Promise<Result<readonly string[]>>;
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

  private async draft(
    query: CompletionQuery,
    { multiline }: Requests['draft']['request']['options'],
    signal: AbortSignal,
  ): Promise<Result<Draft>> {
    const { llm, redact, mayLeave, clock } = this.deps;
    if (!mayLeave(query.path)) return failed('cancelled', 'This file must not be sent.');
    const startedAt = clock.monotonic();
    const { request, blank } = await servedRequest(query, multiline, redact);
    signal.throwIfAborted();
    const answer = await llm.ask(draftPrompt(request, llm.facts), signal);
    if (!answer.ok) return answer;
    const { text, tokens = [], truncated } = answer.value;
    if (text.trim() === '' || !text.startsWith(blank)) return failed('cancelled', 'The answer is empty.');
    if (tokens.length === 0) return failed('unsupported', 'The server does not tell how likely its tokens are.');
    return ok({
      text: text.slice(blank.length),
      tokens: draftTokens(text, tokens),
      model: this.name,
      complete: !truncated,
      latencyMs: clock.monotonic() - startedAt,
    });
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

/** The tokens up to the end of the text, for the router's features; all of them if they do not spell the text. */
function draftTokens(text: string, tokens: readonly TokenOdds[]): DraftToken[] {
  const spelled = tokens.map(({ token }) => token).join('');
  const start = spelled.indexOf(text);
  let remainingLength = start < 0 ? spelled.length : start + text.length;
  return tokens.flatMap((odds) => {
    const isInText = remainingLength > 0 && odds.token !== '';
    remainingLength -= odds.token.length;
    return isInText ? [draftToken(odds)] : [];
  });
}

/** The rest of the distribution counts as one more token. */
function draftToken({ token, logprob, likeliest }: TokenOdds): DraftToken {
  const probability = Math.exp(Math.min(0, logprob));
  const ownIndex = likeliest.indexOf(logprob);
  const otherProbabilities = likeliest.filter((_, at) => at !== ownIndex).map((each) => Math.exp(Math.min(0, each)));
  const rest = 1 - otherProbabilities.reduce((sum, p) => sum + p, probability);
  const entropy = [probability, ...otherProbabilities, rest].reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
  return {
    ...{ text: token, probability, entropy },
    margin: Math.max(0, probability - Math.max(0, ...otherProbabilities)),
    ...{ matchLength: 0, count: 0, tier: 'base' },
  };
}
