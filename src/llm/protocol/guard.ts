// Guards requests to servers: no unencrypted ones to other machines, no redirects, no oversized answers, no foreign
// headers.
import { ProtocolError, UnsentError } from './failures.ts';

/**
 * Checks the user's base URL. Plain http is allowed only to this machine, because it sends the key unencrypted. A user
 * name or a password in it would be shown and stored with the address, and no request can be made with one.
 */
export function checkBaseUrl(text: string): {
  readonly url: string | undefined;
  readonly problem?: 'invalid' | 'insecure' | 'credentials';
} {
  if (text === '') return { url: undefined };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return { url: undefined, problem: 'invalid' };
  if (url.username !== '' || url.password !== '') return { url: undefined, problem: 'credentials' };
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
    const { problem } = checkBaseUrl(requestUrl);
    if (problem !== undefined && problem !== 'invalid') throw new UnsentError(problem, new URL(requestUrl).origin);
    const response = await send(input, { ...init, redirect: 'manual' });
    const { status, statusText, headers, body, ok } = response;
    // Some implementations of fetch return a redirect as an empty answer, or follow it anyway.
    if (response.type === 'opaqueredirect' || response.redirected || (status >= 300 && status < 400)) {
      await body?.cancel();
      throw new UnsentError('redirected', originOf(response, input));
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
 * Wraps `send` to use only these headers. Anthropic's SDK adds headers from the environment (ANTHROPIC_CUSTOM_HEADERS),
 * which may contain credentials of another host.
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
