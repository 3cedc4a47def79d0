// From what the SDK throws to a failure that says what to do. No key ever gets into a message.
import { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { type ErrorCode, type Failure, messageOf } from '../common/errors.ts';
import { plainLine } from '../common/plain-text.ts';

export interface FailureContext {
  readonly model: string;
  readonly apiKey: string;
  /** Host that was asked, for messages. */
  readonly host: string;
  readonly now: number;
}

/** An answer that breaks the protocol; `message` says how. */
export class ProtocolError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProtocolError';
  }
}

/** The server wants the request, and with it source text and key, at another address. */
export class RedirectError extends Error {
  /** Where to; '' where it says nothing that is an address. */
  readonly origin: string;

  constructor(origin: string) {
    super(`redirected to ${origin || 'nowhere'}`);
    this.name = 'RedirectError';
    this.origin = origin;
  }
}

/** The address is plain http on another machine: a key would travel in clear. */
export class InsecureError extends Error {
  constructor(address: string) {
    super(`${address} is not https`);
    this.name = 'InsecureError';
  }
}

type Wording = (detail: string, context: FailureContext) => string;

const wording: Readonly<Partial<Record<ErrorCode, Wording>>> = {
  'no-key': () => "No API key is set. Set one with 'Easy Adaptation: Set API Key'; until then answers are local only.",
  'bad-key': (detail, { host }) =>
    `${host} refused the API key (${detail}). Set a valid one with 'Easy Adaptation: Set API Key'.`,
  'rate-limited': (detail, { host }) => `${host} limits the rate of requests (${detail}). They go on after a pause.`,
  overloaded: (detail, { host }) => `${host} cannot answer now (${detail}). Requests go on after a pause.`,
  timeout: (detail, { host }) => `${host} took too long (${detail}). The time limit is a setting.`,
  malformed: (detail, { host }) =>
    `What ${host} sent is not an answer of the Messages API (${detail}). Check the base URL, and any proxy in between.`,
  network: (detail, { host }) => `No connection to ${host} (${detail}). Check the network, the proxy and the base URL.`,
  redirected: (detail, { host }) =>
    `${host} sends requests on to ${detail || 'an address that is none'}; neither text nor key was sent there. ` +
    `If that is the API you mean, make it the base URL (setting easyAdaptation.baseUrl, or ANTHROPIC_BASE_URL).`,
  'bad-request': (detail, { host }) => `${host} did not take the request: ${detail}.`,
};

export function failureOf(code: ErrorCode, detail: string, context: FailureContext, retryAfterMs?: number): Failure {
  const text = wording[code]?.(redacted(detail, context.apiKey), context) ?? redacted(detail, context.apiKey);
  return retryAfterMs === undefined ? { code, message: text } : { code, message: text, retryAfterMs };
}

/** What a server or a proxy said, as plain text and without keys of any shape, in case it repeats them. */
export function redacted(text: string, apiKey: string): string {
  const plain = plainLine(text, 2_000);
  const known = apiKey.length >= 4 ? plain.replaceAll(apiKey, '[key]') : plain;
  return plainLine(known.replace(/sk-ant-[\w-]+/g, '[key]'));
}

/** Statuses that need more than their class says. */
const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'bad-key',
  403: 'bad-key',
  407: 'network',
  408: 'timeout',
  429: 'rate-limited',
};

/** Errors that arrive inside a stream, after a 200. */
const byType: Readonly<Record<string, ErrorCode>> = {
  authentication_error: 'bad-key',
  permission_error: 'bad-key',
  rate_limit_error: 'rate-limited',
  overloaded_error: 'overloaded',
  api_error: 'overloaded',
  timeout_error: 'timeout',
  invalid_request_error: 'bad-request',
  billing_error: 'bad-request',
};

/** The failure behind whatever the SDK, fetch or our own stream reading threw. */
export function classify(error: unknown, context: FailureContext): Failure {
  for (const cause of chain(error)) {
    if (cause instanceof RedirectError) return failureOf('redirected', cause.origin, context);
    if (cause instanceof InsecureError) {
      const advice =
        'Make the base URL (setting easyAdaptation.baseUrl, or ANTHROPIC_BASE_URL) one that begins with https';
      return failureOf(
        'bad-request',
        `the key and your text would travel in clear: ${cause.message}. ${advice}`,
        context,
      );
    }
    if (cause instanceof ProtocolError || cause instanceof SyntaxError)
      return failureOf('malformed', shortened(cause), context);
  }
  if (error instanceof APIConnectionTimeoutError) return failureOf('timeout', 'no connection in time', context);
  if (error instanceof APIConnectionError) return connection(error, context);
  if (error instanceof APIError) return refusal(error, context);
  return connection(error, context);
}

function refusal(error: APIError, context: FailureContext): Failure {
  const { status } = error;
  const said = (error.apiMessage ?? '').trim().replace(/\.$/, '');
  const detail = [status === undefined ? '' : `HTTP ${status}`, said].filter((part) => part !== '').join(': ');
  const code = byStatus[status ?? 0] ?? ((status ?? 0) >= 500 ? 'overloaded' : byType[error.type ?? '']);
  if (status === 404) {
    return failureOf(
      'bad-request',
      `it knows no model "${context.model}" at this address (${detail}). Choose another in the setting easyAdaptation.model, or check easyAdaptation.baseUrl`,
      context,
    );
  }
  if (code === undefined && status === undefined) return failureOf('malformed', detail || 'an unknown error', context);
  return failureOf(code ?? 'bad-request', detail, context, retryAfter(error.headers, context.now));
}

/** Whoever is told to come back later than this may ask once an hour whether it still holds, ms. */
export const longestRetryAfter = 3_600_000;

/**
 * What the server asked to wait, ms: `retry-after-ms`, or `retry-after` in seconds or as a date. At most an hour; what is
 * no time, or lies in the past, is as if it were not there.
 */
export function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const precise = waitOf(headers?.get('retry-after-ms'), (ms) => ms);
  const wait = precise ?? waitOf(headers?.get('retry-after'), (seconds) => seconds * 1000, now);
  return wait === undefined ? undefined : Math.min(wait, longestRetryAfter);
}

function waitOf(text: string | null | undefined, toMs: (value: number) => number, now?: number): number | undefined {
  const said = text?.trim() ?? '';
  if (said === '') return undefined;
  const decimal = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(said);
  const wait = decimal ? toMs(Number(said)) : now === undefined ? Number.NaN : Date.parse(said) - now;
  return wait >= 0 ? wait : undefined;
}

function connection(error: unknown, context: FailureContext): Failure {
  const codes = chain(error).map((cause) => (cause as { code?: unknown }).code);
  const code = codes.find((each): each is string => typeof each === 'string');
  if (code === 'ERR_INVALID_URL')
    return failureOf('bad-request', 'the setting easyAdaptation.baseUrl is not a URL', context);
  const last = chain(error).at(-1);
  const said = code === undefined ? shortened(last) : `${code}`;
  if (code === undefined && !(error instanceof APIConnectionError) && !(error instanceof TypeError))
    return failureOf('malformed', said, context);
  return failureOf(/TIMEOUT|ETIMEDOUT/.test(code ?? '') ? 'timeout' : 'network', said, context);
}

function chain(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at instanceof Error && causes.length < 6; at = at.cause) causes.push(at);
  return causes;
}

/** JSON errors quote what they could not read, which may be file text: only their kind is kept. */
function shortened(error: unknown): string {
  return error instanceof SyntaxError ? 'an event is not JSON' : messageOf(error);
}
