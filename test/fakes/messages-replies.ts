// Streams answers of the fake Messages API, and its failures. What each provider really answers is in error-bodies.ts.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Failures with an HTTP status and a body. */
export const httpFailures: Readonly<Record<string, { status: number; type: string; message: string }>> = {
  unauthorized: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  'rate-limited': {
    status: 429,
    type: 'rate_limit_error',
    message: 'Number of request tokens has exceeded your limit.',
  },
  overloaded: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
};

export type Failure =
  | 'unauthorized'
  | 'rate-limited'
  | 'overloaded'
  | 'stall-before-headers' // the connection opens and nothing is sent
  | 'stall-in-stream' // half of the answer, then silence
  | 'malformed-sse' // the body is no event stream
  | 'truncated' // the stream ends in the middle without an error
  | 'reset' // the connection is cut before an answer
  | 'empty' // a whole answer without text
  | 'refusal'; // stop_reason refusal

export interface MessagesBody {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream?: boolean;
  readonly system?: unknown;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly stop_sequences?: readonly string[];
  readonly [field: string]: unknown;
}

export interface Pace {
  readonly firstTokenMs: number;
  readonly msPerToken: number;
}

export interface Reply {
  readonly text: string;
  readonly model: string;
  /** Input tokens only. */
  readonly usage: Record<string, number>;
}

interface Ended {
  readonly text: string;
  readonly stopReason: string;
  readonly stopSequence: string | null;
  readonly outputTokens: number;
}

/** Cuts the text at a stop sequence or at max_tokens, counted as four characters a token. */
function end(text: string, body: MessagesBody): Ended {
  const stops = (body.stop_sequences ?? [])
    .map((stop) => ({ stop, at: text.indexOf(stop) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const first = stops[0];
  const cutText = first === undefined ? text : text.slice(0, first.at);
  const tokens = Math.ceil(cutText.length / 4);
  if (tokens > body.max_tokens) {
    const cut = cutText.slice(0, body.max_tokens * 4);
    return { text: cut, stopReason: 'max_tokens', stopSequence: null, outputTokens: body.max_tokens };
  }
  return {
    text: cutText,
    stopReason: first === undefined ? 'end_turn' : 'stop_sequence',
    stopSequence: first?.stop ?? null,
    outputTokens: tokens + 3,
  };
}

function event(response: ServerResponse, type: string, data: Record<string, unknown>): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}

function begin(response: ServerResponse, reply: Reply): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_fake' });
  event(response, 'message_start', { message: { ...message(reply), usage: { ...reply.usage, output_tokens: 1 } } });
}

function message(reply: Reply): Record<string, unknown> {
  return {
    id: 'msg_fake',
    type: 'message',
    role: 'assistant',
    model: reply.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

/** Streams the text block without its end event. */
async function stream(response: ServerResponse, text: string, pace: Pace): Promise<void> {
  event(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  event(response, 'ping', {});
  if (pace.firstTokenMs > 0) await sleep(pace.firstTokenMs);
  for (let at = 0; at < text.length && !response.destroyed; at += 4) {
    if (at > 0 && pace.msPerToken > 0) await sleep(pace.msPerToken);
    event(response, 'content_block_delta', { index: 0, delta: { type: 'text_delta', text: text.slice(at, at + 4) } });
  }
}

/** Streams a complete answer. */
export async function sendMessage(
  response: ServerResponse,
  body: MessagesBody,
  reply: Reply,
  pace: Pace,
  ended: Ended = end(reply.text, body),
): Promise<void> {
  const { text, stopReason, stopSequence, outputTokens } = ended;
  begin(response, reply);
  if (text !== '') {
    await stream(response, text, pace);
    event(response, 'content_block_stop', { index: 0 });
  }
  const delta = { stop_reason: stopReason, stop_sequence: stopSequence };
  event(response, 'message_delta', { delta, usage: { output_tokens: outputTokens } });
  event(response, 'message_stop', {});
  response.end();
}

/** Sends a failure of this kind. A stalled answer stays open until the client or the server closes the connection. */
export async function sendFailure(
  response: ServerResponse,
  kind: Failure,
  body: MessagesBody,
  reply: Reply,
  pace: Pace,
): Promise<void> {
  const half = reply.text.slice(0, Math.ceil(reply.text.length / 2));
  const nothing = { text: '', stopSequence: null, outputTokens: 1 };
  switch (kind) {
    case 'stall-before-headers':
      return;
    case 'reset':
      response.destroy();
      return;
    case 'empty':
      return sendMessage(response, body, reply, pace, { ...nothing, stopReason: 'end_turn' });
    case 'refusal':
      return sendMessage(response, body, reply, pace, { ...nothing, stopReason: 'refusal' });
    default:
  }
  begin(response, reply);
  if (kind === 'malformed-sse') {
    response.end('\u0000\u0001 this is no event stream \n\n\n{"half": ');
    return;
  }
  await stream(response, half, pace);
  if (kind === 'truncated') response.end();
}
