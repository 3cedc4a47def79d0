// OpenAI's chat and completions API over fetch: prompts to request bodies, events to pieces. A provider's row lists the
// supported fields. A field that the server rejects by name is omitted from then on.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { ProtocolError, UnsentError } from '../protocol/failures.ts';
import { withOwnHeaders } from '../protocol/guard.ts';
import { mostTokens, type Prompt } from '../protocol/models.ts';
import { type JsonRecord, parseRecord, recordOf, requireObject, tokenCount } from '../protocol/reading.ts';
import type { Piece, ServerCapabilities, Wire, WireError, WireOptions } from '../protocol/wire.ts';

/** Fields that are omitted if a server rejects them. `max_tokens` is replaced by its newer name. */
const optionalFields = ['temperature', 'reasoning_effort', 'stream_options', 'stop', 'max_tokens'];

/** The last event of a stream. */
const END = '[DONE]';

/** A server's error: the body of a refusal, or an event inside a stream, which has no status. */
class RefusedError extends Error {
  readonly error: JsonRecord;
  readonly status: number | undefined;
  readonly headers: Headers | undefined;

  constructor(error: JsonRecord, status?: number, headers?: Headers) {
    super('refused');
    this.error = error;
    this.status = status;
    this.headers = headers;
  }
}

/** No response came; the cause is fetch's error. */
class UnansweredError extends Error {}

export function openCompatible(options: WireOptions, capabilities: ServerCapabilities): Wire {
  const { apiKey, baseUrl, provider } = options;
  const address = baseUrl ?? provider.baseUrl;
  const headers: Record<string, string> = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  const rejected = new Set<string>();

  async function request(send: typeof fetch, path: string, init: RequestInit): Promise<Response> {
    if (address === '') throw new UnsentError('no-address');
    const response = await withOwnHeaders(send, headers)(urlOf(address, path), init).catch((cause) => {
      throw new UnansweredError('no response', { cause });
    });
    if (response.ok) return response;
    const body = parseRecord(await response.text().catch(() => ''));
    throw new RefusedError(recordOf(body?.error) ?? {}, response.status, response.headers);
  }

  async function open(prompt: Prompt, send: typeof fetch, signal: AbortSignal): Promise<Response> {
    const { path, body } = bodyOf(prompt, options, capabilities, rejected);
    try {
      return await request(send, path, { method: 'POST', body: JSON.stringify(body), signal });
    } catch (error) {
      const field = optionalFields.find((each) => each in body && rejectsField(error, each));
      if (field === undefined) throw error;
      rejected.add(field);
      return open(prompt, send, signal);
    }
  }

  return {
    body: (prompt) => bodyOf(prompt, options, capabilities, rejected).body,
    async *ask(prompt, send, signal) {
      const response = await open(prompt, send, signal);
      let begun = false;
      for await (const { event, data } of eventsOf(response)) {
        if (data === END) break;
        const value: unknown = JSON.parse(data);
        const error = recordOf(value)?.error;
        if (event === 'error' || error) throw new RefusedError(recordOf(error ?? value) ?? {});
        begun = true;
        yield pieceOf(value);
      }
      // Not every server sends the end mark. The pieces contain the model's stop reason.
      if (begun) yield { end: true };
    },
    explain,
    models: async (send, signal) => {
      const response = await request(send, '/models', { signal });
      const { data } = requireObject(parseRecord(await response.text()), 'the list of models');
      if (!Array.isArray(data)) throw new ProtocolError('a list of models without models');
      return data.map((row: unknown) => recordOf(row)?.id).filter((id) => typeof id === 'string');
    },
  };
}

/** The path appended to the address, whose query stays: Azure's names a version. */
function urlOf(address: string, path: string): string {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  return url.href;
}

async function* eventsOf({ body }: Response): AsyncGenerator<EventSourceMessage> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    parser.feed(text);
    yield* events.splice(0);
  }
  // Some servers omit the blank line after the last event.
  parser.feed('\n\n');
  yield* events;
}

/** Whether the server rejects this field. */
function rejectsField(error: unknown, field: string): boolean {
  if (!(error instanceof RefusedError) || (error.status !== 400 && error.status !== 422)) return false;
  const { param, message } = error.error;
  return new RegExp(`\\b${field}\\b`).test(`${param} ${message}`);
}

function bodyOf(
  prompt: Prompt,
  { model, facts }: WireOptions,
  { stops, usage, extras }: ServerCapabilities,
  rejected: ReadonlySet<string>,
): { readonly path: string; readonly body: Record<string, unknown> } {
  const { infill, stop } = prompt;
  const maxTokens = mostTokens(prompt, facts);
  const text = prompt.user.map((block) => block.text).join('');
  const effort = facts.thinking === 'disabled' ? 'none' : facts.thinking === 'always' ? 'low' : undefined;
  const body: Record<string, unknown> = {
    model,
    ...(infill === undefined
      ? {
          messages: [
            { role: 'system', content: prompt.system.text },
            { role: 'user', content: text },
          ],
        }
      : { prompt: text, ...(infill.suffix !== undefined && { suffix: infill.suffix }) }),
    stream: true,
    ...(rejected.has('max_tokens') ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    ...(stop.length > 0 && { stop: stop.slice(0, stops) }),
    ...(effort !== undefined ? { reasoning_effort: effort } : { temperature: 0 }),
    ...(usage === 'requested' && { stream_options: { include_usage: true } }),
    ...extras,
  };
  for (const field of rejected) delete body[field];
  return { path: (infill && facts.infill?.endpoint.path) ?? '/chat/completions', body };
}

function pieceOf(event: unknown): Piece {
  const { model, choices, usage, ...rest } = requireObject(event, 'an event');
  // Some servers send an error in the stream without the usual wrapper.
  if (rest.object === 'error') throw new RefusedError(rest);
  if (!Array.isArray(choices)) throw new ProtocolError('an event without choices');
  const counts = usage === undefined || usage === null ? {} : { usage: usageOf(requireObject(usage, 'usage')) };
  if (choices.length === 0) return { model, ...counts };
  const choice = requireObject(choices[0], 'a choice');
  const { finish_reason: reason } = choice;
  const delta = choice.delta === undefined ? { content: choice.text } : requireObject(choice.delta, 'a delta');
  return {
    model,
    ...counts,
    text: textOf(delta.content),
    // The field of DeepSeek, vLLM and llama.cpp, and that of OpenRouter and Groq.
    hidden: delta.reasoning_content ?? delta.reasoning,
    ...(typeof reason === 'string' && { stop: stopOf(reason) }),
  };
}

function stopOf(reason: string): NonNullable<Piece['stop']> {
  return reason === 'length' ? 'length' : reason === 'content_filter' ? 'refusal' : 'done';
}

/** The text of a delta. Some servers send a list of parts, which may include thinking. */
function textOf(content: unknown): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new ProtocolError('a delta without text');
  return content
    .map((part: unknown) => ((part as JsonRecord | null)?.type === 'text' ? textOf((part as JsonRecord).text) : ''))
    .join('');
}

/** Converts the counts. The server's prompt count includes tokens read from the cache. */
function usageOf(usage: JsonRecord): NonNullable<Piece['usage']> {
  const details = usage.prompt_tokens_details as JsonRecord | null | undefined;
  const cached = tokenCount(details?.cached_tokens ?? usage.prompt_cache_hit_tokens) ?? 0;
  const all = tokenCount(usage.prompt_tokens);
  return {
    ...(all !== undefined && { inputTokens: Math.max(0, all - cached), cacheReadTokens: Math.min(all, cached) }),
    outputTokens: usage.completion_tokens,
  };
}

function explain(error: unknown): WireError | undefined {
  if (error instanceof UnansweredError) return { kind: 'connection' };
  if (!(error instanceof RefusedError)) return undefined;
  const { code, type, message } = error.error;
  return {
    kind: 'refusal',
    // OpenRouter and llama.cpp send the status as the code, also inside a stream.
    status: error.status ?? (typeof code === 'number' ? code : undefined),
    type: `${type ?? ''} ${code ?? ''}`,
    message: typeof message === 'string' ? message : '',
    headers: error.headers,
  };
}
