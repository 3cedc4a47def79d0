// The teacher over the Messages API, through Anthropic's SDK: streaming, our own time limits, none of the SDK's retries.
import Anthropic from '@anthropic-ai/sdk';
import { type Clock, systemClock } from '../common/clock.ts';
import { type Failure, ok, type Result } from '../common/errors.ts';
import type { TeacherRequest } from '../tasks/completion/teacher-request.ts';
import { bodyOf } from './body.ts';
import { Deadline, TimeUp } from './deadline.ts';
import { classify, type FailureContext, failureOf } from './failures.ts';
import { guarded } from './guard.ts';
import { estimateTokens, type ModelFacts, modelFacts, priceUsd } from './models.ts';
import { inserted, lineIsComplete, parseAnswer } from './parse.ts';
import { type Prompt, promptLength, promptOf } from './prompt.ts';
import { StreamReader } from './stream.ts';
import type { Teacher, TeacherAnswer, TeacherUsage } from './types.ts';

export interface ClaudeOptions {
  readonly apiKey: string;
  /** Undefined: ANTHROPIC_BASE_URL, else Anthropic's own. */
  readonly baseUrl?: string | undefined;
  readonly model: string;
  /** Longest wait for a whole answer, and between two events of it, ms. */
  readonly timeoutMs: number;
  readonly stallMs: number;
  /** For proxies; Node's own when left out. */
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock;
}

/** Tokens that the API may put round a block of text. */
const blockOverhead = 50;
/** Output that an answer takes as a rule, tokens: for estimates before asking. */
const usualOutput = { single: 30, multi: 150 } as const;

export class ClaudeTeacher implements Teacher {
  readonly model: string;
  private readonly facts: ModelFacts;
  private readonly options: ClaudeOptions;
  private readonly clock: Clock;
  private readonly client: Anthropic;
  /** False once the server refused them: the fields that keep a model from thinking, which only some take. */
  private sendsThinking = true;

  constructor(options: ClaudeOptions) {
    this.options = options;
    this.model = options.model;
    this.facts = modelFacts(options.model);
    this.clock = options.clock ?? systemClock;
    const url = options.baseUrl ?? process.env.ANTHROPIC_BASE_URL ?? '';
    const compatible = url !== '' && !/(^|\.)anthropic\.com$/.test(hostOf(url));
    this.client = new Anthropic({
      // Always given, or the SDK would look for credentials elsewhere; `complete` refuses an empty one first.
      apiKey: options.apiKey,
      baseURL: options.baseUrl,
      maxRetries: 0,
      // Ours passes first.
      timeout: options.timeoutMs + 60_000,
      // It would log an event that it cannot parse, and file text with it.
      logLevel: 'off',
      openTelemetry: false,
      // The SDK sends the key as a bearer token and the newest API version; others' servers may know only what came before.
      ...(compatible && { defaultHeaders: { 'x-api-key': options.apiKey, 'anthropic-version': '2023-06-01' } }),
    });
  }

  estimateUsd(request: TeacherRequest): number {
    const outputTokens = request.multiline ? usualOutput.multi : usualOutput.single;
    return priceUsd({ ...this.estimatedInput(promptOf(request, this.facts)), outputTokens }, this.facts);
  }

  ceilingUsd(request: TeacherRequest): number {
    const prompt = promptOf(request, this.facts);
    const { all, cached } = promptLength(prompt, (text) => Buffer.byteLength(text) + blockOverhead);
    const usage = { inputTokens: all - cached, cacheWriteTokens: cached, cacheReadTokens: 0 };
    return priceUsd({ ...usage, outputTokens: prompt.maxTokens }, this.facts);
  }

  async complete(
    request: TeacherRequest,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: TeacherAnswer) => void,
  ): Promise<Result<TeacherAnswer>> {
    signal.throwIfAborted();
    if (this.options.apiKey.trim() === '') return this.failed(failureOf('no-key', '', this.context()));
    const prompt = promptOf(request, this.facts);
    const reader = new StreamReader(prompt.prefill, prompt.textTokens);
    const started = this.clock.monotonic();
    let firstTokenMs: number | undefined;
    let sent = false;
    const answer = (text: string, whole: boolean): TeacherAnswer => {
      const latencyMs = this.clock.monotonic() - started;
      const usage = whole && reader.usage ? reader.usage : this.estimatedUsage(prompt, reader);
      return {
        text,
        model: reader.model ?? this.model,
        usage,
        costUsd: priceUsd(usage, this.facts),
        latencyMs,
        firstTokenMs: firstTokenMs ?? latencyMs,
        truncated: reader.stopReason === 'max_tokens',
        ...((!whole || this.facts.guessed) && { costEstimated: true }),
        ...(reader.stopReason === 'refusal' && { refused: true }),
      };
    };

    const { timeoutMs, stallMs } = this.options;
    const deadline = new Deadline(this.clock, signal, timeoutMs, stallMs);
    try {
      const send = guarded(this.options.fetch ?? globalThis.fetch, () => deadline.check());
      const client = this.client.withOptions({
        fetch: (input, init) => {
          sent = true;
          return send(input, init);
        },
      });
      const stream = await this.open(client, prompt, deadline.signal);
      for await (const event of stream) {
        deadline.touch();
        if (!reader.read(event)) continue;
        firstTokenMs ??= this.clock.monotonic() - started;
        onText?.(inserted(reader.text, true));
        // The rest of the line is all that was asked for: what follows is neither waited nor paid for. But only its last
        // event tells what a model has thought.
        if (!request.multiline && this.facts.thinking !== 'always' && lineIsComplete(reader.text, request))
          return ok(answer(parseAnswer(reader.text, request), false));
      }
      // The SDK ends an aborted stream without an error.
      deadline.signal.throwIfAborted();
      reader.assertComplete();
      return ok(answer(reader.stopReason === 'refusal' ? '' : parseAnswer(reader.text, request), true));
    } catch (error) {
      // Paid for once the model began, and perhaps where we gave up waiting for that; not what was refused outright.
      if (reader.usage !== undefined || (sent && deadline.signal.aborted))
        onLost?.(answer(parseAnswer(reader.text, request), false));
      signal.throwIfAborted();
      const { reason } = deadline.signal;
      if (reason instanceof TimeUp) return this.failed(failureOf('timeout', reason.message, this.context()));
      return this.failed(classify(error, this.context()));
    } finally {
      deadline.stop();
    }
  }

  /** Asks once more, and from then on, without the fields about thinking where it is those that a server refuses. */
  private async open(client: Anthropic, prompt: Prompt, signal: AbortSignal) {
    const create = () => client.messages.create(bodyOf(prompt, this.model, this.sendsThinking), { signal });
    try {
      return await create();
    } catch (error) {
      const refused =
        error instanceof Anthropic.BadRequestError && /thinking|effort|output_config/i.test(error.message);
      if (!refused || !this.sendsThinking) throw error;
      this.sendsThinking = false;
      return create();
    }
  }

  private failed(error: Failure): { ok: false; error: Failure } {
    return { ok: false, error };
  }

  private context(): FailureContext {
    const host = hostOf(this.client.baseURL) || 'the API';
    return { model: this.model, apiKey: this.options.apiKey, host, now: this.clock.now() };
  }

  private estimatedInput(prompt: Prompt): Omit<TeacherUsage, 'outputTokens'> {
    const { all, cached } = promptLength(prompt);
    const write = estimateTokens(cached, this.facts);
    return { inputTokens: estimateTokens(all, this.facts) - write, cacheWriteTokens: write, cacheReadTokens: 0 };
  }

  /** What the server counted so far, or our estimate; of the output always the larger, it comes last. Thinking is not seen. */
  private estimatedUsage(prompt: Prompt, reader: StreamReader): TeacherUsage {
    // Tokens on their way when the stream was ended are paid for, too.
    const begun = reader.usage === undefined ? 0 : estimateTokens(reader.text.length, this.facts) + 8;
    const seen = this.facts.thinking === 'always' ? prompt.maxTokens : begun;
    return {
      ...(reader.usage ?? this.estimatedInput(prompt)),
      outputTokens: Math.max(seen, reader.usage?.outputTokens ?? 0),
    };
  }
}

/** '' where it is no URL. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
