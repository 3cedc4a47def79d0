// Requests of a completion client that the real Messages API refuses, with status, type and text of its answer.
// Facts: platform.claude.com/docs, errors and migration guides, read November 2026. It does not use the
// client's model table, so that a wrong row there causes a 400 here.

export interface ApiError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

type Json = Record<string, unknown>;

const families = 'haiku|sonnet|opus|fable|mythos';
const knownModel = new RegExp(`^claude-(${families})-(4-[5-8]|5(-[125])?)(-20\\d{6})?$`);
/** Only models of the 4.5 generation continue a last assistant message. */
const takesPrefill = /-4-5(-|$)/;
const alwaysThinks = /^claude-(opus-5-5|fable-|mythos-)/;
const takesBetweenTools = /^claude-sonnet-5-5/;

function invalid(message: string): ApiError {
  return { status: 400, type: 'invalid_request_error', message };
}

/** Undefined for a request that the API accepts. */
export function refuse(body: unknown): ApiError | undefined {
  if (typeof body !== 'object' || body === null) return invalid('The request body is not valid JSON.');
  const { model, max_tokens, messages, stop_sequences, system, thinking, ...rest } = body as Json;
  if (typeof model !== 'string' || model === '') return invalid('model: Field required');
  if (!knownModel.test(model)) return { status: 404, type: 'not_found_error', message: `model: ${model}` };
  if (!Number.isInteger(max_tokens) || (max_tokens as number) < 1) return invalid('max_tokens: Field required');
  return (
    refuseMessages(messages, model) ??
    refuseStops(stop_sequences) ??
    refuseCache([system, ...((messages as Json[]) ?? []).map((message) => message.content)]) ??
    refuseThinking(thinking, model, max_tokens as number) ??
    refuseSampling(rest)
  );
}

function refuseMessages(messages: unknown, model: string): ApiError | undefined {
  if (!Array.isArray(messages) || messages.length === 0) return invalid('messages: at least one message is required');
  for (const [index, message] of (messages as Json[]).entries()) {
    if (message.role !== 'user' && message.role !== 'assistant') return invalid(`messages.${index}.role: unexpected`);
    const blocks = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
    if (!Array.isArray(blocks) || blocks.length === 0) return invalid(`messages.${index}: content is empty`);
    for (const block of blocks as Json[]) {
      if (block.type !== 'text' || typeof block.text !== 'string')
        return invalid(`messages.${index}: text blocks expected`);
      if (block.text.trim() === '') return invalid('messages: text content blocks must contain non-whitespace text');
    }
  }
  if ((messages[0] as Json).role !== 'user') return invalid('messages: first message must use the "user" role');
  const last = messages.at(-1) as Json;
  if (last.role !== 'assistant') return undefined;
  if (!takesPrefill.test(model)) {
    return invalid(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  const text = textOf(last.content);
  return text === text.trimEnd()
    ? undefined
    : invalid('messages: final assistant content cannot end with trailing whitespace');
}

function refuseStops(stops: unknown): ApiError | undefined {
  if (stops === undefined) return undefined;
  if (!Array.isArray(stops) || stops.some((stop) => typeof stop !== 'string'))
    return invalid('stop_sequences: Input should be a valid list');
  return stops.some((stop: string) => stop.trim() === '')
    ? invalid('stop_sequences: each stop sequence must contain non-whitespace')
    : undefined;
}

function refuseCache(contents: readonly unknown[]): ApiError | undefined {
  const marked = contents
    .flatMap((content) => (Array.isArray(content) ? (content as Json[]) : []))
    .filter((block) => block.cache_control !== undefined && block.cache_control !== null);
  if (marked.length > 4)
    return invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${marked.length}.`);
  return marked.some((block) => (block.cache_control as Json).type !== 'ephemeral')
    ? invalid('cache_control.type: ephemeral expected')
    : undefined;
}

function refuseThinking(thinking: unknown, model: string, maxTokens: number): ApiError | undefined {
  if (thinking === undefined || thinking === null) return undefined;
  const { type, budget_tokens: budget } = thinking as Json;
  const old = /-4-[56](-|$)/.test(model);
  if (type === 'enabled') {
    if (!old) return invalid('thinking.type: "enabled" is not supported on this model');
    return typeof budget === 'number' && budget >= 1024 && budget < maxTokens
      ? undefined
      : invalid('thinking.budget_tokens: at least 1024 and below max_tokens');
  }
  if (type === 'disabled' && (alwaysThinks.test(model) || takesBetweenTools.test(model)))
    return invalid('thinking.type: "disabled" is not supported on this model');
  if (type === 'between_tools' && !takesBetweenTools.test(model))
    return invalid('thinking.type: "between_tools" is not supported on this model');
  return undefined;
}

/** Removed with API version 2026-10-21; refused by Opus 4.7 and later in any version. */
function refuseSampling(body: Json): ApiError | undefined {
  const removedField = ['temperature', 'top_p', 'top_k'].find((name) => body[name] !== undefined);
  return removedField === undefined ? undefined : invalid(`${removedField}: Extra inputs are not permitted`);
}

/** The text of a content field: a string, or text blocks joined. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? (content as Json[]).map((block) => String(block.text ?? '')).join('') : '';
}
