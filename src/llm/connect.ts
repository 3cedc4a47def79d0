// Connects a large model: combines a provider's row with the user's settings.
import { type Clock, systemClock } from '../common/clock.ts';
import { ok, type Result } from '../common/errors.ts';
import { Deadline, TimeoutError } from './deadline.ts';
import { withReadableErrors } from './error-bodies.ts';
import { hostOf } from './protocol/address.ts';
import { classify, failureOf } from './protocol/failures.ts';
import { guardedFetch } from './protocol/guard.ts';
import { withoutKey } from './protocol/key-forms.ts';
import type { ModelFacts } from './protocol/models.ts';
import type { Prompt } from './protocol/prompt.ts';
import type { EditorModels } from './protocol/wire.ts';
import { providerOf } from './providers/providers.ts';
import { StreamedLlm } from './streamed.ts';
import type { LlmClient, LlmSettings } from './types.ts';

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
  const maySayNothing = provider.facts(model, host).thinking === 'always' || provider.key.need === 'optional';
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

/** Names of the available models, in the server's order. Rejects only when cancelled. */
export async function listModels(
  settings: LlmSettings,
  signal: AbortSignal,
  options: ConnectOptions = {},
): Promise<Result<readonly string[]>> {
  const { provider, model, host } = endpointOf(settings);
  const apiKey = settings.apiKey.trim();
  const { fetch = globalThis.fetch, clock = systemClock, editor } = options;
  const context = { model, apiKey, host, now: clock.now(), provider };
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
