// Converts servers' errors to the shape that providers read: `{ type: 'error', error: { type, code, param, message }
// }`.
//
// Known shapes:
// - OpenAI, DeepSeek, Azure, llama.cpp, Ollama, LM Studio: `{ error: { message, type, code } }`;
// - OpenRouter: the same with a number as code and the host's message in `metadata.raw`, sometimes with status 200;
// - older local servers: `{ error: 'text' }`;
// - Mistral, vLLM, SGLang: `{ object: 'error', message, type, code }`;
// - servers built on FastAPI: `{ detail: 'text' }` or `{ detail: [{ loc, msg }] }`;
// - gateways: `{ statusCode, message }`, a line of text, or an HTML page.
import { type JsonRecord, parseRecord, recordOf } from './reading.ts';

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
function errorIn(text: string, kind: string): (JsonRecord & { readonly message: string }) | undefined {
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
