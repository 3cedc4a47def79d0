// From settings to a teacher: the one place that knows which implementation speaks to which API.
import type { Clock } from '../common/clock.ts';
import { ClaudeTeacher } from './claude.ts';
import { defaultModel, modelFacts } from './models.ts';
import type { Teacher, TeacherSettings } from './types.ts';

export interface ConnectOptions {
  /** For proxies: how the editor fetches. */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** Longest silence before and in an answer, ms; a healthy stream says something every few hundred. */
const stallMs = 8_000;

/** Makes no request yet. An empty key or a wrong URL is a failure of the first `complete`. */
export function connectTeacher(settings: TeacherSettings, options: ConnectOptions = {}): Teacher {
  const model = settings.model.trim() || defaultModel;
  // One that thinks first is silent while it does.
  const silence = modelFacts(model).thinking === 'always' ? settings.timeoutMs : stallMs;
  return new ClaudeTeacher({
    apiKey: settings.apiKey.trim(),
    ...(settings.baseUrl && { baseUrl: settings.baseUrl }),
    model,
    timeoutMs: settings.timeoutMs,
    stallMs: Math.min(silence, settings.timeoutMs),
    ...options,
  });
}

/** Where requests will go, for consent and reports: the setting, else what the SDK takes from the environment. */
export function apiHost(settings: Pick<TeacherSettings, 'baseUrl'>, env: NodeJS.ProcessEnv = process.env): string {
  const url = settings.baseUrl || env.ANTHROPIC_BASE_URL?.trim() || 'https://api.anthropic.com';
  return URL.canParse(url) ? new URL(url).host : url;
}
