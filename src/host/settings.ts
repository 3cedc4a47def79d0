// Every setting of the extension: one row each. package.json's `contributes.configuration` says the same, and a test holds the two together.

/** Where VS Code lets a setting be written. 'application': never by a workspace. */
export type SettingScope = 'application' | 'window' | 'resource';

export interface SettingRow<T> {
  readonly type: 'boolean' | 'number' | 'string' | 'object';
  readonly default: T;
  readonly scope: SettingScope;
  /** Inclusive limits of a number; a value outside is pulled to the nearest. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** All that a string may be. */
  readonly values?: readonly T[];
  /** Names a URL, a path or a model: ignored from an untrusted workspace (`restrictedConfigurations`). */
  readonly restricted?: true;
}

type Toggles = Readonly<Record<string, boolean>>;

export interface Settings {
  /** Language id -> on; '*' stands for every other language. */
  readonly enable: Toggles;
  /** 0 local only ... 1 API first. */
  readonly balance: number;
  readonly localOnly: boolean;
  /** '': the provider's current small model. */
  readonly model: string;
  /** '': the SDK's default. */
  readonly baseUrl: string;
  /** ms for one whole answer. */
  readonly apiTimeout: number;
  /** US dollars per session of the editor. */
  readonly apiBudget: number;
  readonly multiline: boolean;
  /** Limits of the API's debounce, ms; between them it follows the measured latency. */
  readonly apiDebounceMin: number;
  readonly apiDebounceMax: number;
  /** Local drafts below this probability of being right are not shown. */
  readonly showBar: number;
  readonly exclude: Toggles;
  readonly maxFolderMegabytes: number;
  /** The neural model beside the n-grams, in a process of its own. */
  readonly neural: boolean;
  /** Where it is trained. Completions are computed on the CPU: for one line, handing work to a GPU costs more than it saves. */
  readonly neuralDevice: 'auto' | 'cpu' | 'webgpu';
  /** Of its weights while it completes; it is trained in fp32. */
  readonly neuralPrecision: 'auto' | 'int4' | 'int8' | 'fp32';
  /** 0: as threadCount says. */
  readonly neuralThreads: number;
  /** Gigabytes of resident memory at which its process drops caches and stops training. */
  readonly neuralMemory: number;
  /** Training of one adaptation ends after so many minutes. */
  readonly adaptMinutes: number;
}

export const section = 'easyAdaptation';

/** A missing row fails to compile. */
export const settingRows: { readonly [K in keyof Settings]: SettingRow<Settings[K]> } = {
  enable: { type: 'object', default: { '*': true }, scope: 'resource' },
  balance: { type: 'number', default: 0.4, scope: 'resource', minimum: 0, maximum: 1 },
  localOnly: { type: 'boolean', default: false, scope: 'resource' },
  model: { type: 'string', default: '', scope: 'window', restricted: true },
  baseUrl: { type: 'string', default: '', scope: 'application', restricted: true },
  apiTimeout: { type: 'number', default: 10_000, scope: 'window', minimum: 1000, maximum: 120_000 },
  apiBudget: { type: 'number', default: 1, scope: 'application', minimum: 0, maximum: 1000 },
  multiline: { type: 'boolean', default: true, scope: 'resource' },
  apiDebounceMin: { type: 'number', default: 150, scope: 'window', minimum: 0, maximum: 5000 },
  apiDebounceMax: { type: 'number', default: 600, scope: 'window', minimum: 0, maximum: 5000 },
  showBar: { type: 'number', default: 0.3, scope: 'resource', minimum: 0, maximum: 1 },
  exclude: { type: 'object', default: {}, scope: 'resource', restricted: true },
  maxFolderMegabytes: { type: 'number', default: 64, scope: 'resource', minimum: 1, maximum: 2048 },
  neural: { type: 'boolean', default: true, scope: 'window' },
  neuralDevice: { type: 'string', default: 'auto', scope: 'window', values: ['auto', 'cpu', 'webgpu'] },
  neuralPrecision: { type: 'string', default: 'auto', scope: 'window', values: ['auto', 'int4', 'int8', 'fp32'] },
  neuralThreads: { type: 'number', default: 0, scope: 'window', minimum: 0, maximum: 64 },
  neuralMemory: { type: 'number', default: 3, scope: 'window', minimum: 1, maximum: 64 },
  adaptMinutes: { type: 'number', default: 10, scope: 'resource', minimum: 1, maximum: 720 },
};

/** Reads every row through `get`; what has the wrong type falls back to the default, so that a typo in settings.json breaks nothing. */
export function readSettings(get: (key: string) => unknown): Settings {
  const entries = Object.entries(settingRows).map(([key, row]) => [key, coerce(get(key), row)]);
  return Object.fromEntries(entries) as Settings;
}

function coerce(value: unknown, row: SettingRow<unknown>): unknown {
  if (row.type === 'object') return isToggles(value) ? value : row.default;
  if (typeof value !== row.type || (row.values && !row.values.includes(value))) return row.default;
  if (typeof value !== 'number') return typeof value === 'string' ? value.trim() : value;
  if (!Number.isFinite(value)) return row.default;
  return Math.min(row.maximum ?? value, Math.max(row.minimum ?? value, value));
}

function isToggles(value: unknown): value is Toggles {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((on) => typeof on === 'boolean')
  );
}

export function isLanguageEnabled(enable: Toggles, languageId: string): boolean {
  return enable[languageId] ?? enable['*'] ?? true;
}

/** The user's base URL, or why it cannot be used. Plain http only to this machine: a key must not travel in clear. */
export function checkBaseUrl(text: string): {
  readonly url: string | undefined;
  readonly problem?: 'invalid' | 'insecure';
} {
  if (text === '') return { url: undefined };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return { url: undefined, problem: 'invalid' };
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) || url.hostname.endsWith('.localhost');
  if (url.protocol === 'http:' && !loopback) return { url: undefined, problem: 'insecure' };
  return { url: text };
}
