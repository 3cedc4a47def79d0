// Every setting of the extension, one row each. A test compares them with package.json's `contributes.configuration`.

import { providers } from '../../llm/providers/providers.ts';
import { DEFAULT_THRESHOLD } from '../../routing/limits.ts';
import {
  type CombineLevels,
  globsOfBoth,
  isToggles,
  type Levels,
  languagesOfBoth,
  lower,
  lowerMemory,
  onWhereBoth,
  onWhereEither,
  resolve,
  type Toggles,
  usersAlone,
  workspacesFirst,
} from './levels.ts';

/** VS Code's scope of a setting. 'application' and 'machine' exclude workspaces. */
export type SettingScope = 'application' | 'machine' | 'window' | 'resource';

export interface SettingRow<T> {
  readonly type: 'boolean' | 'number' | 'string' | 'object';
  readonly default: T;
  readonly scope: SettingScope;
  /** Inclusive limits of a number; a value outside is clamped. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Allowed values of a string. */
  readonly values?: readonly T[];
  /**
   * Combines the workspace's value with the user's: a trusted workspace can only make it stricter, an untrusted one has
   * no effect (`restrictedConfigurations`).
   */
  readonly beside: CombineLevels<T>;
}

export interface Settings {
  /** Language id -> on; '*' stands for every other language. */
  readonly enable: Toggles;
  /** From 0.05, hardly any call of the large model, to 1, large model first. */
  readonly balance: number;
  readonly localOnly: boolean;
  /** Provider of the large model: a row of llm/providers. */
  readonly provider: string;
  /** Model name; '': the provider's default. */
  readonly model: string;
  /** Address of the server; '': the provider's own address. */
  readonly baseUrl: string;
  /** Timeout of one whole answer, ms. */
  readonly apiTimeout: number;
  /** Spending limit per calendar month over all windows and adaptations, US dollars. */
  readonly apiBudget: number;
  readonly multiline: boolean;
  /** An accepted suggestion brings the imports that the language extension prefers. */
  readonly addMissingImports: boolean;
  /** The probability of being right from which ten characters of a local draft are shown. */
  readonly minimumConfidence: number;
  /** Whether the next edit is offered. */
  readonly nextEdits: boolean;
  readonly exclude: Toggles;
  /** 'auto', a shipped base ('small', 'medium'), the folder of another one, or 'none': the n-gram model alone. */
  readonly baseModel: string;
  /** Training device. Completions always use the CPU, which is faster for one line. */
  readonly device: 'auto' | 'cpu' | 'webgpu';
  /**
   * Limit of the resident memory of each process of the neural model, gigabytes; 0: as memoryCeiling says. There
   * completing drops its caches, and training stops.
   */
  readonly memory: number;
  /** Time limit of an adaptation in minutes, measuring included. */
  readonly adaptMinutes: number;
  /** Limit of an adaptation's calls to the large model, US dollars. */
  readonly adaptBudget: number;
}

export const section = 'easyAdaptation';

export const settingRows: { readonly [K in keyof Settings]: SettingRow<Settings[K]> } = {
  enable: { type: 'object', default: { '*': true }, scope: 'resource', beside: languagesOfBoth },
  balance: { type: 'number', default: 0.4, scope: 'resource', minimum: 0.05, maximum: 1, beside: lower },
  localOnly: { type: 'boolean', default: false, scope: 'resource', beside: onWhereEither },
  provider: {
    type: 'string',
    default: 'anthropic',
    scope: 'application',
    values: providers.map(({ id }) => id),
    beside: usersAlone,
  },
  model: { type: 'string', default: '', scope: 'application', beside: usersAlone },
  baseUrl: { type: 'string', default: '', scope: 'application', beside: usersAlone },
  apiTimeout: {
    type: 'number',
    default: 10_000,
    scope: 'application',
    minimum: 1000,
    maximum: 120_000,
    beside: usersAlone,
  },
  apiBudget: { type: 'number', default: 1, scope: 'application', minimum: 0, maximum: 1000, beside: usersAlone },
  multiline: { type: 'boolean', default: true, scope: 'resource', beside: onWhereBoth },
  addMissingImports: { type: 'boolean', default: true, scope: 'resource', beside: onWhereBoth },
  minimumConfidence: {
    type: 'number',
    default: DEFAULT_THRESHOLD,
    scope: 'resource',
    minimum: 0,
    maximum: 1,
    beside: workspacesFirst,
  },
  nextEdits: { type: 'boolean', default: true, scope: 'resource', beside: onWhereBoth },
  exclude: { type: 'object', default: {}, scope: 'resource', beside: globsOfBoth },
  baseModel: { type: 'string', default: 'auto', scope: 'machine', beside: usersAlone },
  device: {
    type: 'string',
    default: 'auto',
    scope: 'machine',
    values: ['auto', 'cpu', 'webgpu'],
    beside: usersAlone,
  },
  memory: { type: 'number', default: 0, scope: 'window', minimum: 0, maximum: 64, beside: lowerMemory },
  adaptMinutes: { type: 'number', default: 10, scope: 'resource', minimum: 1, maximum: 720, beside: lower },
  adaptBudget: { type: 'number', default: 1, scope: 'resource', minimum: 0, maximum: 1000, beside: lower },
};

/** @param levels of each setting; undefined if unset */
export function readSettings(levels: (key: string) => Levels | undefined, trusted = true): Settings {
  const keys = Object.keys(settingRows) as (keyof Settings)[];
  return Object.fromEntries(
    keys.map((key) => [key, readSetting(key, levels(key) ?? {}, trusted)]),
  ) as unknown as Settings;
}

export function readSetting<K extends keyof Settings>(key: K, levels: Levels, trusted: boolean): Settings[K] {
  const row: SettingRow<Settings[K]> = settingRows[key];
  return resolve(levels, (value) => coerce(value, row), row.default, row.beside, trusted);
}

/** Converts a value to the setting's type. Undefined if the value is invalid. */
function coerce<T>(value: unknown, row: SettingRow<T>): T | undefined {
  const read = row.type === 'object' ? isToggles(value) : typeof value === row.type;
  if (!read || (row.values && !row.values.includes(value as T))) return undefined;
  if (typeof value === 'string') return value.trim() as T;
  if (typeof value !== 'number') return value as T;
  if (!Number.isFinite(value)) return undefined;
  return Math.min(row.maximum ?? value, Math.max(row.minimum ?? value, value)) as T;
}
