// Connects a large model: a provider's row and the user's settings. One streamed answer per request, own timeouts, no
// retries, and the cost of each answer.
import { type Clock, systemClock } from '../common/clock.ts';
import { type Failure, ok, type Result } from '../common/errors.ts';
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
  return new StreamedLlm(settings, options);
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
  { fetch = globalThis.fetch, clock = systemClock, editor }: ConnectOptions = {},
): Promise<Result<readonly string[]>> {
  const { timeoutMs } = settings;
  const endpoint = endpointOf(settings);
  const deadline = new Deadline(clock, signal, timeoutMs, timeoutMs);
  const wire = await openWire(endpoint, timeoutMs, editor);
  try {
    const send = withReadableErrors(
      guardedFetch(fetch, () => deadline.throwIfOver()),
      false,
    );
    const names = await wire.models(send, deadline.signal);
    return ok(names.map((name) => withoutKey(name, endpoint.apiKey, 'answer')));
  } catch (error) {
    signal.throwIfAborted();
    const { provider } = endpoint;
    const failures = [noList, ...provider.failures];
    const context = { ...endpoint, now: clock.now(), provider: { ...provider, failures } };
    return { ok: false, error: failureAfter(error, deadline, context, wire) };
  } finally {
    deadline.end();
  }
}

/** The host of requests, for consent and reports: from the setting, else the environment, else the provider. */
export function apiHost(settings: Partial<LlmAddress>, env: NodeJS.ProcessEnv = process.env): string {
  const { urlVariable, baseUrl } = providerOf(settings.provider);
  const url = settings.baseUrl || (urlVariable && env[urlVariable]?.trim()) || baseUrl;
  // What is no URL may hold a password; a provider's own address may be a name.
  return hostOf(url) || (url === baseUrl ? url : '');
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
  const endpoint = endpointOf({ ...settings, apiKey: 'none' });
  const wire = await openWire(endpoint, 0);
  return (request) => JSON.stringify(wire.body(promptOf(request, endpoint.facts)));
}

/** Where requests go: a provider's row with the user's settings. */
interface Endpoint {
  readonly provider: Provider;
  readonly apiKey: string;
  /** Undefined for the address of the environment or of the provider. */
  readonly baseUrl: string | undefined;
  /** For messages. */
  readonly host: string;
  readonly model: string;
  readonly facts: ModelFacts;
}

function endpointOf(settings: Partial<LlmSettings>): Endpoint {
  const provider = providerOf(settings.provider);
  const model = modelOf(settings);
  const host = apiHost(settings);
  const { apiKey = '', baseUrl } = settings;
  const facts = provider.facts(model, host, apiKey.trim() !== '');
  return { provider, apiKey: apiKey.trim(), baseUrl: baseUrl || undefined, host: host || 'the API', model, facts };
}

async function openWire(endpoint: Endpoint, timeoutMs: number, editor?: EditorModels): Promise<Wire> {
  const wires = await endpoint.provider.wire();
  return wires.openWire({ ...endpoint, timeoutMs: timeoutMs + 60_000, editor });
}

function failureAfter(error: unknown, { signal }: Deadline, context: FailureContext, wire: Wire | undefined): Failure {
  const { reason } = signal;
  if (reason instanceof TimeoutError) return failureOf('timeout', reason.message, context);
  return classify(error, context, wire?.explain);
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
  private readonly endpoint: Endpoint;
  private readonly options: ConnectOptions;
  private readonly clock: Clock;
  /** Timeout of a whole answer, and between two events, ms. */
  private readonly timeoutMs: number;
  private readonly stallMs: number;
  private wirePromise: Promise<Wire> | undefined;

  constructor(settings: LlmSettings, options: ConnectOptions) {
    this.endpoint = endpointOf(settings);
    this.options = options;
    this.clock = options.clock ?? systemClock;
    const { provider, model, host, facts } = this.endpoint;
    this.model = model;
    this.facts = facts;
    this.timeoutMs = settings.timeoutMs;
    // A model that thinks is silent meanwhile. So is a server of the user's own, which may read a prompt for long.
    const maySayNothing = facts.thinking === 'always' || provider.key.need === 'optional' || isLoopback(host);
    const maxSilenceMs = maySayNothing ? this.timeoutMs : defaultStallMs;
    this.stallMs = options.stallMs ?? Math.min(maxSilenceMs, this.timeoutMs);
  }

  estimateUsd(prompt: Prompt): number {
    return priceUsd({ ...this.estimatedInput(prompt), outputTokens: prompt.usualTokens }, this.facts);
  }

  ceilingUsd(prompt: Prompt): number {
    return priceUsd(this.ceiling(prompt), this.facts);
  }

  async ask(...[prompt, signal, onText, onLost]: Parameters<LlmClient['ask']>): Promise<Result<LlmAnswer>> {
    signal.throwIfAborted();
    const { apiKey, provider } = this.endpoint;
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

    const deadline = new Deadline(this.clock, signal, this.timeoutMs, this.stallMs);
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
      this.wirePromise ??= openWire(this.endpoint, this.timeoutMs, this.options.editor);
      wire = await this.wirePromise;
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
      return { ok: false, error: failureAfter(error, deadline, this.context(), wire) };
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

  /**
   * The cost of an answer, limited to its reservation even if the server counts more. @param maximum the maximum usage
   */
  private bookedCost(counted: LlmUsage, maximum: LlmUsage): Pick<LlmAnswer, 'usage' | 'costUsd' | 'overcounted'> {
    const costUsd = priceUsd(counted, this.facts);
    const maximumUsd = priceUsd(maximum, this.facts);
    if (costUsd <= maximumUsd) return { usage: counted, costUsd };
    const tokens = Object.values(counted).reduce((sum, count) => sum + count, 0);
    const overcounted =
      `${this.endpoint.host.replace(/^the API$/, 'The API')} reports ${tokens.toLocaleString('en-US')} tokens for one answer, more than this call can use. ` +
      `It counts as ${dollars(maximumUsd)}, the most that this call may cost. Check the base URL and your account there.`;
    return { usage: maximum, costUsd: maximumUsd, overcounted };
  }

  /** The maximum usage: one token for each byte of the prompt, and an answer of maximum length. */
  private ceiling(prompt: Prompt): LlmUsage {
    const { all, cached } = promptLength(prompt, (text) => Buffer.byteLength(text) + tokensAroundBlock);
    const outputTokens = mostTokens(prompt, this.facts);
    return { inputTokens: all - cached, cacheWriteTokens: cached, cacheReadTokens: 0, outputTokens };
  }

  private context(): FailureContext {
    return { ...this.endpoint, now: this.clock.now() };
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
