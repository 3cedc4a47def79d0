// Guards the SDK's network access: no unencrypted requests to other machines, no redirects, no oversized answers; and
// errors of servers in the shape that the SDKs read.
import { InsecureError, ProtocolError, RedirectError } from './failures.ts';
import { type JsonRecord, recordOf } from './reading.ts';

// Converts servers' errors to the shape that the SDKs read: `{ type: 'error', error: { type, code, param, message } }`.
//
// Known shapes:
// - OpenAI, DeepSeek, Azure, llama.cpp, Ollama, LM Studio: `{ error: { message, type, code } }`;
// - OpenRouter: the same with a number as code and the host's message in `metadata.raw`, sometimes with status 200;
// - older local servers: `{ error: 'text' }`;
// - Mistral, vLLM, SGLang: `{ object: 'error', message, type, code }`;
// - servers built on FastAPI: `{ detail: 'text' }` or `{ detail: [{ loc, msg }] }`;
// - gateways: `{ statusCode, message }`, a line of text, or an HTML page.

/** @param streams the request expects an event stream, so a JSON body may be an error */
export function withReadableErrors(send: typeof fetch, streams: boolean): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    const { ok, status, statusText } = response;
    const kind = response.headers.get('content-type') ?? '';
    if (ok ? !streams || !/\bjson\b/.test(kind) : !/\bjson\b|^text\/plain/.test(kind)) return response;
    const text = await response.text();
    const bodyError = errorIn(text, kind);
    const headers = new Headers(response.headers);
    for (const name of ['content-encoding', 'content-length']) headers.delete(name);
    if (bodyError === undefined) return new Response(text, { status, statusText, headers });
    const realStatus = ok ? statusOf(bodyError.code) : status;
    return new Response(JSON.stringify({ type: 'error', error: bodyError }), { status: realStatus, headers });
  };
}

/** The error in a body; undefined if the text is not an error. */
function errorIn(text: string, kind = 'json'): (JsonRecord & { readonly message: string }) | undefined {
  const body = parseRecord(text);
  if (body === undefined) return /^text\/plain/.test(kind) ? { message: text } : undefined;
  const inner = recordOf(body.error) ?? body;
  const { metadata } = inner;
  const raw = recordOf(metadata)?.raw;
  const message = messageIn(typeof body.error === 'string' ? body.error : (inner.message ?? inner.detail));
  if (message === '') return undefined;
  const { type = null, code = body.statusCode ?? null, param = null } = inner;
  return { type, code, param, message: typeof raw === 'string' ? `${message}: ${raw}` : message };
}

function parseRecord(text: string): JsonRecord | undefined {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The message of an error: a text, a list of errors by field, or either of them nested. */
function messageIn(error: unknown): string {
  if (typeof error === 'string') return error;
  if (Array.isArray(error)) return error.map(messageIn).join('; ');
  const { msg, loc, message, detail } = recordOf(error) ?? {};
  if (typeof msg === 'string') return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : msg;
  return message === undefined && detail === undefined ? '' : messageIn(message ?? detail);
}

/** The status that an error body names after status 200. */
function statusOf(code: unknown): number {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : 502;
}

/** Checks the user's base URL. Plain http is allowed only to this machine, because it sends the key unencrypted. */
export function checkBaseUrl(text: string): {
  readonly url: string | undefined;
  readonly problem?: 'invalid' | 'insecure';
} {
  if (text === '') return { url: undefined };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return { url: undefined, problem: 'invalid' };
  if (url.protocol === 'http:' && !isLoopback(url.host)) return { url: undefined, problem: 'insecure' };
  return { url: text };
}

/** Whether the host is this machine, where requests are free and private. @param host with or without a port */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return ['localhost', '127.0.0.1', '[::1]'].includes(name) || name.endsWith('.localhost');
}

/** The host of a URL, or '' if it is no URL. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

/** Maximum decompressed size, bytes: an answer of 5,000 tokens with a few hundred bytes each, and an error message. */
const maxBytes = { answer: 4 << 20, error: 64 << 10 } as const;

/**
 * Wraps `send`: rejects redirects and limits bodies. Redirects 307 and 308 would send text and key to another address.
 * @param onBytes called for every piece; an exception ends the answer
 */
export function guardedFetch(send: typeof fetch, onBytes: () => void = () => {}): typeof fetch {
  return async (input, init) => {
    const requestUrl = input instanceof Request ? input.url : String(input);
    // The setting is checked elsewhere, but an address from the environment is checked only here.
    if (checkBaseUrl(requestUrl).problem === 'insecure') throw new InsecureError(new URL(requestUrl).origin);
    const response = await send(input, { ...init, redirect: 'manual' });
    const { status, statusText, headers, body, ok } = response;
    // Some implementations of fetch return a redirect as an empty answer, or follow it anyway.
    if (response.type === 'opaqueredirect' || response.redirected || (status >= 300 && status < 400)) {
      await body?.cancel();
      throw new RedirectError(originOf(response, input));
    }
    if (status < 200 || status > 599) {
      await body?.cancel();
      throw new ProtocolError(`HTTP ${status}`);
    }
    if (body === null) return response;
    const limited = body.pipeThrough(limit(ok ? maxBytes.answer : maxBytes.error, ok, onBytes));
    return new Response(limited, { status, statusText, headers });
  };
}

/** Identifies this program to servers. */
const userAgent = 'easy-adaptation';

/**
 * Wraps `send` to use only these headers. The SDKs add headers from the environment (OPENAI_CUSTOM_HEADERS,
 * ANTHROPIC_CUSTOM_HEADERS), which may contain credentials of another host.
 */
export function withOwnHeaders(send: typeof fetch, headers: Readonly<Record<string, string>>): typeof fetch {
  return (input, init) => {
    const type = init?.body === undefined || init.body === null ? {} : { 'content-type': 'application/json' };
    return send(input, {
      ...init,
      headers: { accept: 'application/json, */*', 'user-agent': userAgent, ...type, ...headers },
    });
  };
}

/** @param whole a longer body is an error; otherwise it is truncated */
function limit(maxLength: number, isWhole: boolean, onBytes: () => void): TransformStream<Uint8Array, Uint8Array> {
  let remaining = maxLength;
  return new TransformStream({
    transform(piece, controller) {
      onBytes();
      if (piece.byteLength <= remaining) {
        remaining -= piece.byteLength;
        controller.enqueue(piece);
      } else if (isWhole) throw new ProtocolError(`more than ${maxLength >> 20} MB`);
      else {
        controller.enqueue(piece.subarray(0, remaining));
        // Ends the body and closes the connection.
        controller.terminate();
      }
    },
  });
}

function originOf({ headers, redirected, url }: Response, requestUrl: Parameters<typeof fetch>[0]): string {
  const target = redirected ? url : (headers.get('location') ?? '');
  const address = requestUrl instanceof Request ? requestUrl.url : String(requestUrl);
  return URL.canParse(target, address) && target !== '' ? new URL(target, address).origin : '';
}
