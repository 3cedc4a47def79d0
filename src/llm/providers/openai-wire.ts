// OpenAI's chat and completions API through the package `openai`: prompts to request bodies, events to pieces.
// A provider's row lists the supported fields. A field that the server rejects by name is omitted from then on.
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { NoAddressError, ProtocolError } from '../protocol/failures.ts';
import { withOwnHeaders } from '../protocol/guard.ts';
import { mostTokens, type Prompt } from '../protocol/models.ts';
import { type JsonRecord, recordOf, requireObject, tokenCount } from '../protocol/reading.ts';
import type { Piece, SdkError, ServerCapabilities, Wire, WireOptions } from '../protocol/wire.ts';

/** Fields that are omitted if a server rejects them. `max_tokens` is replaced by its newer name. */
const optionalFields = ['temperature', 'reasoning_effort', 'stream_options', 'stop', 'max_tokens'];

export function openCompatible(options: WireOptions, capabilities: ServerCapabilities): Wire {
  const { apiKey, baseUrl, provider, timeoutMs } = options;
  const address = baseUrl ?? provider.baseUrl;
  const client = new OpenAI({
    // The SDK reads omitted options from the environment.
    apiKey: apiKey || 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: address,
    maxRetries: 0,
    timeout: timeoutMs,
    // The SDK would log events that it cannot parse, including file text.
    logLevel: 'off',
  });
  const rejected = new Set<string>();
  const clientWith = (fetch: typeof globalThis.fetch) => {
    // With an empty address, the SDK would send requests to OpenAI.
    if (address === '') throw new NoAddressError();
    const headers: Record<string, string> = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
    return client.withOptions({ fetch: withOwnHeaders(fetch, headers) });
  };
  return {
    body: (prompt) => bodyOf(prompt, options, capabilities, rejected).body,
    async *ask(prompt, fetch, signal) {
      const requestClient = clientWith(fetch);
      let begun = false;
      for await (const event of await open(requestClient)) {
        begun = true;
        yield pieceOf(event);
      }
      // The SDK hides the protocol's end mark. The pieces contain the model's stop reason.
      if (begun) yield { end: true };

      async function open(requestClient: OpenAI): Promise<AsyncIterable<unknown>> {
        const { path, body } = bodyOf(prompt, options, capabilities, rejected);
        try {
          return (await requestClient.post(path, { body, stream: true, signal })) as AsyncIterable<unknown>;
        } catch (error) {
          const field =
            error instanceof APIError
              ? optionalFields.find((each) => rejectsField(error, each) && each in body)
              : undefined;
          if (field === undefined) throw error;
          rejected.add(field);
          return open(requestClient);
        }
      }
    },
    explain,
    models: async (fetch, signal) => {
      const response: unknown = await clientWith(fetch).get('/models', { signal });
      const { data } = requireObject(response, 'the list of models');
      if (!Array.isArray(data)) throw new ProtocolError('a list of models without models');
      return data.flatMap((row: unknown) =>
        typeof (row as JsonRecord | null)?.id === 'string' ? [(row as { id: string }).id] : [],
      );
    },
  };
}

/** Whether the server rejects this field. */
function rejectsField(error: APIError, field: string): boolean {
  return (
    (error.status === 400 || error.status === 422) &&
    new RegExp(`\\b${field}\\b`).test(`${error.param} ${error.message}`)
  );
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
  if (rest.object === 'error') throw new APIError(undefined, rest, undefined, undefined);
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

function explain(error: unknown): SdkError | undefined {
  if (error instanceof APIConnectionTimeoutError) return { kind: 'timeout' };
  if (error instanceof APIConnectionError) return { kind: 'connection' };
  if (!(error instanceof APIError)) return undefined;
  const { code, type, headers } = error;
  const message = recordOf(error.error)?.message;
  // OpenRouter and llama.cpp send the status as the code, also inside a stream.
  const status = error.status ?? (typeof code === 'number' ? code : undefined);
  return {
    kind: 'refusal',
    status,
    type: `${type ?? ''} ${code ?? ''}`,
    message: typeof message === 'string' ? message : '',
    headers,
  };
}
