// Connects a large model: a provider's row and the user's settings. One streamed answer per request, own timeouts, no
// retries, and the cost of each answer.
import { type Clock, systemClock } from '../common/clock.ts';
import { ok, type Result } from '../common/errors.ts';
import { Deadline, TimeoutError } from './deadline.ts';
import { classify, type FailureContext, failureOf, neverArrived } from './protocol/failures.ts';
import { guardedFetch, hostOf, isLoopback } from './protocol/guard.ts';
import { withoutKey } from './protocol/key-forms.ts';
import {
  estimateTokens,
  type LlmAnswer,
  type LlmClient,
  type LlmSettings,
  type LlmUsage,
  type ModelFacts,
  mostTokens,
  type Prompt,
  priceUsd,
  promptLength,
} from './protocol/models.ts';
import { withReadableErrors } from './protocol/readable-errors.ts';
import { AnswerReader } from './protocol/reading.ts';
import type { EditorModels, Provider, Wire } from './protocol/wire.ts';
import { providerOf } from './providers/providers.ts';
import { dollars } from './recording.ts';

export interface ConnectOptions {
  /** The editor's fetch, which supports proxies. */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly editor?: EditorModels | undefined;
  /** Longest silence before and during an answer, ms. A healthy stream sends an event every few hundred ms. */
  readonly stallMs?: number;
}

/** Provider, model and address of a large model. */
export type LlmAddress = Omit<LlmSettings, 'apiKey' | 'timeoutMs'>;

const defaultStallMs = 8_000;

/** Makes no request yet. The first `ask` reports an empty key or a wrong URL. */
export function connectLlm(settings: LlmSettings, options: ConnectOptions = {}): LlmClient {
  const { timeoutMs } = settings;
  const { provider, model, host } = endpointOf(settings);
  // A model that thinks is silent meanwhile. So is a server of the user's own, which may read a prompt for long.
  const isOwn = provider.key.need === 'optional' || isLoopback(host);
  const maySayNothing = provider.facts(model, host).thinking === 'always' || isOwn;
  const maxSilenceMs = maySayNothing ? timeoutMs : defaultStallMs;
  return new StreamedLlm({
    ...options,
    provider,
    apiKey: settings.apiKey.trim(),
    baseUrl: settings.baseUrl || undefined,
    host,
    model,
    timeoutMs,
    stallMs: options.stallMs ?? Math.min(maxSilenceMs, timeoutMs),
  });
}

/** What HTTP 404 means for a list of models, in place of an unknown model. */
const noList = {
  status: 404,
  code: 'bad-request',
  detail: 'it lists no models at this address ({message}). Check easyAdaptation.baseUrl',
} as const;

/** Names of the available models, in the server's order. Rejects only when cancelled. */
export async function listModels(
  settings: LlmSettings,
  signal: AbortSignal,
  options: ConnectOptions = {},
): Promise<Result<readonly string[]>> {
  const { provider, model, host } = endpointOf(settings);
  const apiKey = settings.apiKey.trim();
  const { fetch = globalThis.fetch, clock = systemClock, editor } = options;
  const failures = [noList, ...provider.failures];
  const context = { model, apiKey, host, now: clock.now(), provider: { ...provider, failures } };
  const deadline = new Deadline(clock, signal, settings.timeoutMs, settings.timeoutMs);
  const baseUrl = settings.baseUrl || undefined;
  const facts = provider.facts(model, host);
  const { openWire } = await provider.wire();
  const wire = openWire({ provider, apiKey, baseUrl, model, facts, timeoutMs: settings.timeoutMs + 60_000, editor });
  try {
    const send = withReadableErrors(
      guardedFetch(fetch, () => deadline.throwIfOver()),
      false,
    );
    const names = await wire.models(send, deadline.signal);
    return ok(names.map((name) => withoutKey(name, apiKey, 'answer')));
  } catch (error) {
    signal.throwIfAborted();
    const { reason } = deadline.signal;
    if (reason instanceof TimeoutError) return { ok: false, error: failureOf('timeout', reason.message, context) };
    return { ok: false, error: classify(error, context, wire.explain) };
  } finally {
    deadline.end();
  }
}

/** The host of requests, for consent and reports: from the setting, else the environment, else the provider. */
export function apiHost(settings: Partial<LlmAddress>, env: NodeJS.ProcessEnv = process.env): string {
  const { urlVariable, baseUrl } = providerOf(settings.provider);
  const url = settings.baseUrl || (urlVariable && env[urlVariable]?.trim()) || baseUrl;
  return hostOf(url) || url;
}

/** The model's name, or the provider's default if none is set. */
export function modelOf({ provider, model = '' }: Partial<LlmAddress>): string {
  return model.trim() || providerOf(provider).defaultModel;
}

/** Returns a function that makes the body of a request, as JSON text. @param promptOf makes the prompt of a request */
export async function requestWriter<R>(
  settings: Partial<LlmAddress>,
  promptOf: (request: R, facts: ModelFacts) => Prompt,
): Promise<(request: R) => string> {
  const { provider, model, host } = endpointOf(settings);
  const facts = provider.facts(model, host);
  const { openWire } = await provider.wire();
  const baseUrl = settings.baseUrl || undefined;
  const wire = openWire({ provider, apiKey: 'none', baseUrl, model, facts, timeoutMs: 1 });
  return (request) => JSON.stringify(wire.body(promptOf(request, facts)));
}

function endpointOf(settings: Partial<LlmAddress>) {
  return { provider: providerOf(settings.provider), model: modelOf(settings), host: apiHost(settings) };
}

interface StreamedOptions {
  readonly provider: Provider;
  readonly apiKey: string;
  /** Address of the server; undefined for that of the environment or of the provider. */
  readonly baseUrl?: string | undefined;
  readonly host: string;
  readonly model: string;
  /** Timeout of a whole answer, and between two events (`stallMs`), ms. */
  readonly timeoutMs: number;
  readonly stallMs: number;
  /** A fetch that supports proxies. Default: Node's. */
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock;
  readonly editor?: EditorModels | undefined;
}

/** Maximum number of tokens that the API adds around a block of text. */
const tokensAroundBlock = 50;
/** Tokens that the server has written and we have not read when we end a stream. */
const tokensInTransit = 8;

/** How an answer ended: whole, stopped by us or the user, or broken off or timed out, perhaps before anything came. */
type AnswerEnd = 'complete' | 'stopped' | 'broken';

class StreamedLlm implements LlmClient {
  readonly model: string;
  readonly facts: ModelFacts;
  private readonly options: StreamedOptions;
  private readonly clock: Clock;
  private wirePromise: Promise<Wire> | undefined;

  constructor(options: StreamedOptions) {
    this.options = options;
    this.model = options.model;
    this.facts = options.provider.facts(options.model, options.host);
    this.clock = options.clock ?? systemClock;
  }

  estimateUsd(prompt: Prompt): number {
    return priceUsd({ ...this.estimatedInput(prompt), outputTokens: prompt.usualTokens }, this.facts);
  }

  ceilingUsd(prompt: Prompt): number {
    return priceUsd(this.ceiling(prompt), this.facts);
  }

  async ask(...[prompt, signal, onText, onLost]: Parameters<LlmClient['ask']>): Promise<Result<LlmAnswer>> {
    signal.throwIfAborted();
    const { apiKey, provider, timeoutMs, stallMs } = this.options;
    if (apiKey === '' && provider.key.need === 'required')
      return { ok: false, error: failureOf('no-key', '', this.context()) };
    const reader = new AnswerReader(prompt.prefill, prompt.maxTokens, apiKey);
    const started = this.clock.monotonic();
    let firstTokenMs: number | undefined;
    let sent = false;
    let accepted = false;
    const answer = (text: string, end: AnswerEnd): LlmAnswer => {
      const latencyMs = this.clock.monotonic() - started;
      return {
        text,
        model: reader.model ?? this.model,
        ...this.bookedCost(this.usage(prompt, reader, end), this.ceiling(prompt)),
        latencyMs,
        firstTokenMs: firstTokenMs ?? latencyMs,
        truncated: reader.stop === 'length',
        ...(reader.stop === 'refusal' && { refused: true }),
      };
    };

    const deadline = new Deadline(this.clock, signal, timeoutMs, stallMs);
    let wire: Wire | undefined;
    try {
      const guardedSend = guardedFetch(this.options.fetch ?? globalThis.fetch, () => deadline.throwIfOver());
      const sendWithErrors = withReadableErrors(guardedSend, true);
      const send: typeof fetch = async (input, init) => {
        sent = true;
        const response = await sendWithErrors(input, init);
        // An HTML page comes from a proxy or from the login page of a network.
        accepted ||= response.ok && !/\bhtml\b/.test(response.headers.get('content-type') ?? '');
        return response;
      };
      wire = await this.wire();
      for await (const piece of wire.ask(prompt, send, deadline.signal)) {
        deadline.noteEvent();
        if (!reader.read(piece)) continue;
        firstTokenMs ??= this.clock.monotonic() - started;
        onText?.(prompt.read(reader.text, true));
        // Stop early to save time and cost. A thinking model runs on, because only its last event counts the thinking.
        if (this.facts.thinking !== 'always' && prompt.enough?.(reader.text))
          return ok(answer(prompt.read(reader.text), 'stopped'));
      }
      // An aborted stream of Anthropic's SDK ends without an error.
      deadline.signal.throwIfAborted();
      reader.assertComplete();
      return ok(answer(reader.stop === 'refusal' ? '' : prompt.read(reader.text), 'complete'));
    } catch (error) {
      // A call that the caller cancels ends at the server, too. How much it writes after a timeout is unknown.
      const isStopped = signal.aborted && deadline.signal.reason === signal.reason;
      const mayBePaid = sent && (deadline.signal.aborted || this.mayBePaid(error, accepted, wire));
      if (reader.begun || mayBePaid) onLost?.(answer(prompt.read(reader.text), isStopped ? 'stopped' : 'broken'));
      signal.throwIfAborted();
      const { reason } = deadline.signal;
      if (reason instanceof TimeoutError)
        return { ok: false, error: failureOf('timeout', reason.message, this.context()) };
      return { ok: false, error: classify(error, this.context(), wire?.explain) };
    } finally {
      deadline.end();
    }
  }

  /**
   * Whether a request without an answer may have been paid for. It may if the connection broke after it was made, or if
   * it was accepted but the answer never began. It is not if it was refused or never arrived.
   */
  private mayBePaid(error: unknown, accepted: boolean, wire: Wire | undefined): boolean {
    const wireError = wire?.explain(error);
    if (neverArrived(error)) return false;
    // After a gateway's timeout, the server may go on.
    if (wireError?.kind === 'refusal') return wireError.status === 504 || wireError.status === 524;
    return accepted || wireError !== undefined;
  }

  /** The cost of an answer, limited to its reservation even if the server counts more. @param maximum the maximum usage */
  private bookedCost(counted: LlmUsage, maximum: LlmUsage): Pick<LlmAnswer, 'usage' | 'costUsd' | 'overcounted'> {
    const costUsd = priceUsd(counted, this.facts);
    const maximumUsd = priceUsd(maximum, this.facts);
    if (costUsd <= maximumUsd) return { usage: counted, costUsd };
    const tokens = Object.values(counted).reduce((sum, count) => sum + count, 0);
    const overcounted =
      `${this.options.host || 'The API'} reports ${tokens.toLocaleString('en-US')} tokens for one answer, more than this call can use. ` +
      `It counts as ${dollars(maximumUsd)}, the most that this call may cost. Check the base URL and your account there.`;
    return { usage: maximum, costUsd: maximumUsd, overcounted };
  }

  /** The maximum usage: one token for each byte of the prompt, and an answer of maximum length. */
  private ceiling(prompt: Prompt): LlmUsage {
    const { all, cached } = promptLength(prompt, (text) => Buffer.byteLength(text) + tokensAroundBlock);
    const outputTokens = mostTokens(prompt, this.facts);
    return { inputTokens: all - cached, cacheWriteTokens: cached, cacheReadTokens: 0, outputTokens };
  }

  private wire(): Promise<Wire> {
    const { provider, timeoutMs } = this.options;
    const open = { ...this.options, baseUrl: this.options.baseUrl, facts: this.facts, timeoutMs: timeoutMs + 60_000 };
    this.wirePromise ??= provider.wire().then(({ openWire }) => openWire(open));
    return this.wirePromise;
  }

  private context(): FailureContext {
    const { provider, apiKey, host } = this.options;
    return { model: this.model, apiKey, host: host || 'the API', now: this.clock.now(), provider };
  }

  private estimatedInput(prompt: Prompt): Omit<LlmUsage, 'outputTokens'> {
    const { all, cached } = promptLength(prompt);
    const write = estimateTokens(cached, this.facts);
    return { inputTokens: estimateTokens(all, this.facts) - write, cacheWriteTokens: write, cacheReadTokens: 0 };
  }

  /**
   * The server's counts, or our estimates. A count of 0 for a prompt that was sent is not believed, because gateways
   * send it before the real one. Output is counted last, so that of an incomplete answer is estimated, too. What is
   * unknown of a broken answer counts as in its reservation.
   */
  private usage(prompt: Prompt, reader: AnswerReader, end: AnswerEnd): LlmUsage {
    const counted = reader.usage;
    const isCounted = counted && counted.inputTokens + counted.cacheWriteTokens + counted.cacheReadTokens > 0;
    const input = isCounted ? counted : end === 'broken' ? this.ceiling(prompt) : this.estimatedInput(prompt);
    const outputTokens = counted?.outputTokens ?? 0;
    if (end === 'complete' && outputTokens > 0) return { ...input, outputTokens };
    const textTokens = estimateTokens(reader.text.length + reader.hiddenLength, this.facts) + tokensInTransit;
    const goesOn = end === 'broken' || this.facts.thinking === 'always';
    return { ...input, outputTokens: Math.max(goesOn ? mostTokens(prompt, this.facts) : textTokens, outputTokens) };
  }
}
