// Streams answers of the fake Messages API, and its failures. What each provider really answers is in guard.ts.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { messages as format } from './stream-formats.ts';

/** Failures with an HTTP status and a body. */
export const httpFailures: Readonly<Record<string, { status: number; type: string; message: string }>> = {
  unauthorized: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  overloaded: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
};

export type Failure =
  | 'unauthorized'
  | 'overloaded'
  | 'stall-before-headers' // the connection opens and nothing is sent
  | 'stall-in-stream' // half of the answer, then silence
  | 'truncated'; // the stream ends in the middle without an error

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

/** Begins the stream and sends the text. */
async function stream(response: ServerResponse, { model, usage }: Reply, text: string, pace: Pace): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_fake' });
  response.write(format.start({ model, usage }) + format.ping);
  if (text !== '' && pace.firstTokenMs > 0) await sleep(pace.firstTokenMs);
  for (let at = 0; at < text.length && !response.destroyed; at += 4) {
    if (at > 0 && pace.msPerToken > 0) await sleep(pace.msPerToken);
    response.write(format.delta(text.slice(at, at + 4)));
  }
}

/** Streams a complete answer, cut at a stop sequence or at max_tokens, counted as four characters a token. */
export async function sendMessage(
  response: ServerResponse,
  body: MessagesBody,
  reply: Reply,
  pace: Pace,
): Promise<void> {
  const stops = (body.stop_sequences ?? []).map((stop) => reply.text.indexOf(stop)).filter((at) => at >= 0);
  const text = reply.text.slice(0, Math.min(...stops, reply.text.length));
  const isLong = text.length > 4 * body.max_tokens;
  await stream(response, reply, text.slice(0, 4 * body.max_tokens), pace);
  const output = isLong ? body.max_tokens : Math.ceil(text.length / 4) + 3;
  response.end(format.end({ output, why: isLong ? 'length' : 'done' }));
}

/** Sends a failure of this kind. A stalled answer stays open until the client or the server closes the connection. */
export async function sendFailure(response: ServerResponse, kind: Failure, reply: Reply, pace: Pace): Promise<void> {
  if (kind === 'stall-before-headers') return;
  await stream(response, reply, reply.text.slice(0, Math.ceil(reply.text.length / 2)), pace);
  if (kind === 'truncated') response.end();
}
