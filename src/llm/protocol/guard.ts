// Stands between the SDK and the network: sends nothing in clear to another machine, follows no redirect, and ends an answer that is longer than any can be.
import { checkBaseUrl } from './address.ts';
import { InsecureError, ProtocolError, RedirectError } from './failures.ts';

/** The largest answers: 5,000 tokens of a few hundred bytes each; an error's message. Decompressed, bytes. */
const mostBytes = { answer: 4 << 20, error: 64 << 10 } as const;

/**
 * `send` without redirects (307 and 308 would send text and key again, to whoever is named) and with bounded bodies.
 * @param answerBytes of a whole answer at most
 * @param onBytes called for every piece that comes; what it throws ends the answer
 */
export function guarded(
  send: typeof fetch,
  onBytes: () => void = () => {},
  answerBytes: number = mostBytes.answer,
): typeof fetch {
  return async (input, init) => {
    const asked = input instanceof Request ? input.url : String(input);
    // The setting is checked where it is read; an address from the environment passes here alone.
    if (checkBaseUrl(asked).problem === 'insecure') throw new InsecureError(new URL(asked).origin);
    const response = await send(input, { ...init, redirect: 'manual' });
    const { status, statusText, headers, body, ok } = response;
    // Some fetches show a redirect as an answer without anything in it, or follow it all the same.
    if (response.type === 'opaqueredirect' || response.redirected || (status >= 300 && status < 400)) {
      await body?.cancel();
      throw new RedirectError(originOf(response, input));
    }
    if (status < 200 || status > 599) {
      await body?.cancel();
      throw new ProtocolError(`HTTP ${status}`);
    }
    if (body === null) return response;
    const limited = body.pipeThrough(limit(ok ? answerBytes : mostBytes.error, ok, onBytes));
    return new Response(limited, { status, statusText, headers });
  };
}

/** Tells servers which program asks. */
const userAgent = 'easy-adaptation';

/**
 * `send` with these headers alone. The SDKs add those that the environment names (OPENAI_CUSTOM_HEADERS, ANTHROPIC_CUSTOM_HEADERS), which
 * may hold another host's credentials.
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

/** @param whole what is longer is an error; else its head is enough */
function limit(most: number, whole: boolean, onBytes: () => void): TransformStream<Uint8Array, Uint8Array> {
  let left = most;
  return new TransformStream({
    transform(piece, controller) {
      onBytes();
      if (piece.byteLength <= left) {
        left -= piece.byteLength;
        controller.enqueue(piece);
      } else if (whole) throw new ProtocolError(`more than ${most >> 20} MB`);
      else {
        controller.enqueue(piece.subarray(0, left));
        // Ends what is read and hangs up.
        controller.terminate();
      }
    },
  });
}

function originOf({ headers, redirected, url }: Response, asked: Parameters<typeof fetch>[0]): string {
  const target = redirected ? url : (headers.get('location') ?? '');
  const from = asked instanceof Request ? asked.url : String(asked);
  return URL.canParse(target, from) && target !== '' ? new URL(target, from).origin : '';
}
