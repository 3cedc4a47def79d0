// From settings to a teacher: the one place that joins a provider's row with what the user has set.
import type { Clock } from '../common/clock.ts';
import type { TeacherRequest } from '../tasks/completion/teacher-request.ts';
import { hostOf } from './address.ts';
import { promptOf } from './prompt.ts';
import { providerOf } from './providers/providers.ts';
import { StreamedTeacher } from './streamed.ts';
import type { Teacher, TeacherSettings } from './types.ts';
import type { EditorModels } from './wire.ts';

export interface ConnectOptions {
  /** For proxies: how the editor fetches. */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly editor?: EditorModels | undefined;
  /** Longest silence before and in an answer, ms; a healthy stream says something every few hundred. */
  readonly stallMs?: number;
}

/** Who is asked, and where. */
export type Asked = Omit<TeacherSettings, 'apiKey' | 'timeoutMs'>;

const usualStallMs = 8_000;

/** Makes no request yet. An empty key or a wrong URL is a failure of the first `complete`. */
export function connectTeacher(settings: TeacherSettings, options: ConnectOptions = {}): Teacher {
  const { timeoutMs } = settings;
  const { provider, model, host } = asked(settings);
  // One that thinks first is silent while it does.
  const silence = provider.facts(model, host).thinking === 'always' ? timeoutMs : usualStallMs;
  return new StreamedTeacher({
    ...options,
    provider,
    apiKey: settings.apiKey.trim(),
    baseUrl: settings.baseUrl || undefined,
    host,
    model,
    timeoutMs,
    stallMs: options.stallMs ?? Math.min(silence, timeoutMs),
  });
}

/** Where requests will go, for consent and reports: the setting, else the environment's, else the provider's own. */
export function apiHost(settings: Partial<Asked>, env: NodeJS.ProcessEnv = process.env): string {
  const { urlVariable, baseUrl } = providerOf(settings.provider);
  const url = settings.baseUrl || (urlVariable && env[urlVariable]?.trim()) || baseUrl;
  return hostOf(url) || url;
}

/** The model's name, the default where none is set. */
export function modelOf({ provider, model = '' }: Partial<Asked>): string {
  return model.trim() || providerOf(provider).defaultModel;
}

/** Makes of each request the bytes that a call sends for it, as text. */
export async function sender(settings: Partial<Asked>): Promise<(request: TeacherRequest) => string> {
  const { provider, model, host } = asked(settings);
  const facts = provider.facts(model, host);
  const { openWire } = await provider.wire();
  const baseUrl = settings.baseUrl || undefined;
  const wire = openWire({ provider, apiKey: 'none', baseUrl, model, facts, timeoutMs: 1 });
  return (request) => JSON.stringify(wire.body(promptOf(request, facts)));
}

function asked(settings: Partial<Asked>) {
  return { provider: providerOf(settings.provider), model: modelOf(settings), host: apiHost(settings) };
}
