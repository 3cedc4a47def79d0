// A loopback server that speaks the Messages API well enough for the real SDK: checks requests, streams answers, counts
// tokens and cache, and fails on demand.
// GET /__requests lists the received requests.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LlmUsage } from '../../src/llm/protocol/models.ts';
import { answerFromPrompt, type PromptFacts, readPrompt } from './messages-answers.ts';
import {
  type Failure,
  httpFailures,
  type MessagesBody,
  type Pace,
  sendFailure,
  sendMessage,
} from './messages-replies.ts';
import { refuse, textOf } from './messages-validation.ts';

/** A received request. Of the key only the last four characters are kept. */
export interface RecordedRequest {
  readonly at: number;
  readonly keyEnd: string;
  readonly body: MessagesBody;
  /** Undefined if the prompt has no cursor. */
  readonly prompt: PromptFacts | undefined;
  /** 'ok', the kind of failure, or 'aborted' if the client closed the connection first. */
  outcome: string;
  /** Tokens of the prompt; absent until the request is accepted. */
  usage?: Omit<LlmUsage, 'outputTokens'>;
}

/** Answers prompts with a cursor. If it returns undefined, an answer is derived from the prompt. */
export type AnswerRule = (prompt: PromptFacts) => string | undefined;

const apiVersions = ['2023-06-01', '2026-10-21'];
/** The shortest prefix that is cached, tokens. */
const minimumCacheTokens = 512;

export class MessagesServer {
  readonly requests: RecordedRequest[] = [];
  private readonly server: Server;
  private failure: { kind: Failure; left: number } | undefined;
  private pace: Pace = { firstTokenMs: 0, msPerToken: 0 };
  private rule: AnswerRule = () => undefined;
  private plain: (asked: string) => string = () => 'Hello.';
  private key: string | undefined;
  private gate: Promise<void> = Promise.resolve();
  private readonly cached = new Set<string>();

  private constructor() {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  static async start(port = 0): Promise<MessagesServer> {
    const fake = new MessagesServer();
    await new Promise<void>((resolve, reject) => {
      fake.server.once('error', reject);
      fake.server.listen(port, '127.0.0.1', resolve);
    });
    return fake;
  }

  /** For `baseUrl` and ANTHROPIC_BASE_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next `times` requests fail in this way; without `times` all requests until `reset()`. */
  fail(kind: Failure, times = Number.POSITIVE_INFINITY): void {
    this.failure = { kind, left: times };
  }

  /** Answers wait until `gate` resolves, in addition to their pace. */
  holdUntil(gate: Promise<void>): void {
    this.gate = gate;
  }

  reset(): void {
    this.failure = undefined;
    this.gate = Promise.resolve();
    this.pace = { firstTokenMs: 0, msPerToken: 0 };
    this.requests.length = 0;
    this.cached.clear();
  }

  setPace(pace: Partial<Pace>): void {
    this.pace = { ...this.pace, ...pace };
  }

  answerWith(rule: AnswerRule | string): void {
    this.rule = typeof rule === 'string' ? () => rule : rule;
  }

  /**
   * Answers prompts without a cursor.
   * @param rule gets the user text of the prompt
   */
  answerTexts(rule: (asked: string) => string): void {
    this.plain = rule;
  }

  acceptOnly(key: string | undefined): void {
    this.key = key;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    const path = (request.url ?? '').split('?')[0];
    if (path === '/__requests') sendJson(response, 200, this.requests);
    else if (path === '/v1/messages' && request.method === 'POST') await this.messages(request, raw, response);
    else sendError(response, 404, 'not_found_error', `Not found: ${path}`);
  }

  private async messages(request: IncomingMessage, raw: string, response: ServerResponse): Promise<void> {
    const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
    const key = String(request.headers['x-api-key'] ?? bearer ?? '');
    let body: MessagesBody | undefined;
    try {
      body = JSON.parse(raw) as MessagesBody;
    } catch {
      // The validation below refuses a body that is no JSON.
    }
    const user = textOf(body?.messages?.findLast((message) => message.role === 'user')?.content);
    const prompt = readPrompt(textOf(body?.system), user);
    const record: RecordedRequest = {
      at: Date.now(),
      keyEnd: key.slice(-4),
      body: body ?? { model: '', max_tokens: 0, messages: [] },
      prompt,
      outcome: 'open',
    };
    this.requests.push(record);
    response.once('close', () => {
      if (!response.writableFinished && record.outcome === 'ok') record.outcome = 'aborted';
    });

    if (key === '' || (this.key !== undefined && key !== this.key)) {
      record.outcome = 'unauthorized';
      return sendError(response, 401, 'authentication_error', 'invalid x-api-key');
    }
    if (!apiVersions.includes(String(request.headers['anthropic-version']))) {
      record.outcome = 'no version';
      return sendError(response, 400, 'invalid_request_error', 'anthropic-version: header is required');
    }
    const failure = this.nextFailure();
    const plain = failure === undefined ? undefined : httpFailures[failure.kind];
    if (failure !== undefined && plain !== undefined) {
      record.outcome = failure.kind;
      return sendError(response, plain.status, plain.type, plain.message);
    }
    const refused = refuse(body);
    if (refused !== undefined || body === undefined) {
      record.outcome = `refused: ${refused?.message}`;
      return sendError(
        response,
        refused?.status ?? 400,
        refused?.type ?? 'invalid_request_error',
        refused?.message ?? '',
      );
    }
    record.outcome = failure?.kind ?? 'ok';
    const usage = this.usageOf(body);
    record.usage = {
      inputTokens: usage.input_tokens ?? 0,
      cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
      cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    };
    const reply = { text: this.textFor(body, prompt), model: body.model, usage };
    await this.gate;
    if (failure) return sendFailure(response, failure.kind, reply, this.pace);
    return sendMessage(response, body, reply, this.pace);
  }

  private nextFailure(): { kind: Failure } | undefined {
    if (this.failure === undefined || this.failure.left <= 0) return undefined;
    this.failure.left--;
    return this.failure;
  }

  /** Writes the answer inside the tag that the system text asks for, as an obedient model does. */
  private textFor(body: MessagesBody, prompt: PromptFacts | undefined): string {
    if (prompt === undefined)
      return this.plain(textOf(body.messages.findLast((message) => message.role === 'user')?.content));
    const answer = this.rule(prompt) ?? answerFromPrompt(prompt);
    if (!textOf(body.system).includes('<insert>')) return answer;
    const open = body.messages.at(-1)?.role === 'assistant' ? '' : '<insert>';
    return `${open}${answer}</insert>`;
  }

  /** Token counts at three characters a token. The prompt cache works as in the real API. */
  private usageOf(body: MessagesBody): Record<string, number> {
    const blocks = [body.system, ...body.messages.map((message) => message.content)].flatMap((content) =>
      typeof content === 'string' ? [{ text: content }] : Array.isArray(content) ? content : [],
    ) as { text: string; cache_control?: unknown }[];
    const hash = createHash('sha256').update(body.model);
    let seen = 0;
    let [read, write] = [0, 0];
    for (const block of blocks) {
      seen += Math.ceil(block.text.length / 3);
      hash.update(block.text);
      if (!block.cache_control || seen < minimumCacheTokens) continue;
      const prefix = hash.copy().digest('hex');
      if (this.cached.has(prefix)) [read, write] = [seen, 0];
      else write = seen - read;
      this.cached.add(prefix);
    }
    return {
      input_tokens: seen - read - write,
      cache_creation_input_tokens: write,
      cache_read_input_tokens: read,
    };
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_fake' });
  response.end(JSON.stringify(value));
}

function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, { type: 'error', error: { type, message }, request_id: 'req_fake' });
}
