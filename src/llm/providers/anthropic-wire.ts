// The Messages API through Anthropic's SDK: converts a prompt to a request body, and events to pieces of an answer.
// Protocol: platform.claude.com/docs/en/build-with-claude/streaming.
import Anthropic, { APIConnectionError, APIConnectionTimeoutError, APIError, BadRequestError } from '@anthropic-ai/sdk';
import { ProtocolError } from '../protocol/failures.ts';
import { hostOf, withOwnHeaders } from '../protocol/guard.ts';
import { mostTokens, type Prompt, type PromptBlock } from '../protocol/models.ts';
import { type JsonRecord, requireObject } from '../protocol/reading.ts';
import type { Piece, Wire, WireError, WireOptions } from '../protocol/wire.ts';

/** @param acceptsThinkingFields whether the server supports the fields that prevent thinking */
export function bodyOf(
  prompt: Prompt,
  { model, facts }: Pick<WireOptions, 'model' | 'facts'>,
  acceptsThinkingFields: boolean,
): Anthropic.MessageCreateParamsStreaming {
  const mode = acceptsThinkingFields ? facts.thinking : 'none';
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: prompt.user.map(block) }];
  if (prompt.prefill !== '') messages.push({ role: 'assistant', content: prompt.prefill });
  return {
    model,
    max_tokens: mostTokens(prompt, facts),
    system: [block(prompt.system)],
    messages,
    ...(prompt.stop.length > 0 && { stop_sequences: [...prompt.stop] }),
    ...(mode !== 'none' && { output_config: { effort: 'low' } }),
    ...((mode === 'disabled' || mode === 'between_tools') && { thinking: { type: mode } }),
    stream: true,
  };
}

function block({ text, cache }: PromptBlock): Anthropic.TextBlockParam {
  return cache ? { type: 'text', text, cache_control: { type: 'ephemeral' } } : { type: 'text', text };
}

/** Requested API versions: the SDK's version for Anthropic's server, a widely supported one for other servers. */
const versions = { own: '2026-10-21', others: '2023-06-01' } as const;

/** The authentication and version headers of a request. */
function headersOf(address: string, apiKey: string): Record<string, string> {
  const authorization = `Bearer ${apiKey}`;
  const host = hostOf(address);
  if (host === '' || /(^|\.)anthropic\.com$/.test(host)) return { authorization, 'anthropic-version': versions.own };
  return { authorization, 'x-api-key': apiKey, 'anthropic-version': versions.others };
}

/** Returns a function that makes a client for a given fetch. */
export function clientOf({ provider, apiKey, baseUrl, timeoutMs }: WireOptions): (send: typeof fetch) => Anthropic {
  const named = baseUrl ?? (process.env.ANTHROPIC_BASE_URL?.trim() || provider.baseUrl);
  // The SDK appends the version, which many gateways' addresses have already.
  const address = named.replace(/\/v1\/?$/, '');
  const headers = headersOf(address, apiKey);
  const client = new Anthropic({
    // The SDK reads omitted options from the environment. An empty key is rejected earlier.
    apiKey,
    baseURL: address,
    webhookKey: null,
    maxRetries: 0,
    timeout: timeoutMs,
    // The SDK would log events that it cannot parse, including file text.
    logLevel: 'off',
    openTelemetry: false,
  });
  return (send) => client.withOptions({ fetch: withOwnHeaders(send, headers) });
}

export function openWire(options: WireOptions): Wire {
  const client = clientOf(options);
  // False after the server rejected the fields that prevent thinking, which not all servers support.
  let sendsThinkingFields = true;
  return {
    body: (prompt) => bodyOf(prompt, options, true),
    async *ask(prompt, fetch, signal) {
      const { messages } = client(fetch);
      const create = () => messages.create(bodyOf(prompt, options, sendsThinkingFields), { signal });
      const stream = await create().catch((error) => {
        // If the server rejects the thinking fields, retry without them and omit them from then on.
        const refused = error instanceof BadRequestError && /thinking|effort|output_config/i.test(error.message);
        if (!refused || !sendsThinkingFields) throw error;
        sendsThinkingFields = false;
        return create();
      });
      for await (const event of stream) yield pieceOf(event);
    },
    explain,
    models: async (fetch, signal) => {
      const page = await client(fetch).models.list({ limit: 1000 }, { signal });
      return page.data.map(({ id }) => id);
    },
  };
}

function pieceOf(event: unknown): Piece {
  const { type, ...data } = requireObject(event, 'an event');
  switch (type) {
    case 'message_start': {
      const message = requireObject(data.message, 'message_start');
      return { model: message.model, usage: usageOf(message.usage) };
    }
    case 'content_block_delta': {
      const { type: kind, text, thinking } = requireObject(data.delta, 'a delta');
      // Thinking and its signature are not part of the answer.
      if (kind !== 'text_delta') return { hidden: thinking };
      if (typeof text !== 'string') throw new ProtocolError('a text delta without text');
      return { text };
    }
    case 'message_delta': {
      const { stop_reason: reason } = requireObject(data.delta, 'message_delta');
      return { ...(typeof reason === 'string' && { stop: stopOf(reason) }), usage: usageOf(data.usage) };
    }
    case 'message_stop':
      return { end: true };
    default:
      // Starts and ends of blocks, pings, and future event types.
      return {};
  }
}

export function stopOf(reason: string): NonNullable<Piece['stop']> {
  return reason === 'max_tokens' ? 'length' : reason === 'refusal' ? 'refusal' : 'done';
}

export function usageOf(usage: unknown): NonNullable<Piece['usage']> {
  const counts: JsonRecord = requireObject(usage, 'usage');
  return {
    inputTokens: counts.input_tokens,
    cacheWriteTokens: counts.cache_creation_input_tokens,
    cacheReadTokens: counts.cache_read_input_tokens,
    outputTokens: counts.output_tokens,
  };
}

export function explain(error: unknown): WireError | undefined {
  if (error instanceof APIConnectionTimeoutError) return { kind: 'timeout' };
  if (error instanceof APIConnectionError) return { kind: 'connection' };
  if (!(error instanceof APIError)) return undefined;
  const { status, type, apiMessage, headers } = error;
  return { kind: 'refusal', status, type: type ?? '', message: apiMessage ?? '', headers };
}
