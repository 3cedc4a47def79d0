// Every setting of the extension: one row each. package.json's `contributes.configuration` says the same, and a test holds the two together.

import { providers } from '../../llm/providers/providers.ts';
import type { RiskBound } from '../../routing/types.ts';
import {
  type Beside,
  globsOfBoth,
  higher,
  isToggles,
  type Levels,
  languagesOfBoth,
  lower,
  onWhereBoth,
  onWhereEither,
  resolve,
  type Toggles,
  usersAlone,
  workspacesFirst,
} from './levels.ts';

/** Where VS Code lets a setting be written. 'application' and 'machine': never by a workspace. */
export type SettingScope = 'application' | 'machine' | 'window' | 'resource';

export interface SettingRow<T> {
  readonly type: 'boolean' | 'number' | 'string' | 'object';
  readonly default: T;
  readonly scope: SettingScope;
  /** Inclusive limits of a number; a value outside is pulled to the nearest. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** All that a string may be. */
  readonly values?: readonly T[];
  /**
   * What a workspace's value does beside the user's: whoever wrote the folder can make it stricter at most, and not even
   * that while it is untrusted (`restrictedConfigurations`).
   */
  readonly beside: Beside<T>;
}

export interface Settings {
  /** Language id -> on; '*' stands for every other language. */
  readonly enable: Toggles;
  /** 0 local only ... 1 API first. */
  readonly balance: number;
  /** Bounds what is lost by what stays local: see RiskBound. */
  readonly riskBound: 'off' | 'expected' | 'mean' | 'sure';
  readonly risk: number;
  readonly localOnly: boolean;
  /** Who has the large model: a row of llm/providers. */
  readonly provider: string;
  /** '': the provider's usual one. */
  readonly model: string;
  /** '': the provider's own. */
  readonly baseUrl: string;
  /** ms for one whole answer. */
  readonly apiTimeout: number;
  /** US dollars per calendar month, over all windows and adaptations. */
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
  /** 'auto', the name of one that ships ('small', 'medium'), or the folder of another package. */
  readonly neuralBase: string;
  /** Where somebody serves a specialist in its place; '': nobody does. */
  readonly servedUrl: string;
  /** As that server names it; '': its only one. */
  readonly servedModel: string;
  /** Where it is trained. Completions are computed on the CPU: for one line, handing work to a GPU costs more than it saves. */
  readonly neuralDevice: 'auto' | 'cpu' | 'webgpu';
  /** Of its weights while it completes; it is trained in fp32. */
  readonly neuralPrecision: 'auto' | 'int4' | 'int8' | 'fp32';
  /** 0: as threadCount says. */
  readonly neuralThreads: number;
  /** Gigabytes of resident memory at which its process drops caches and stops training. */
  readonly neuralMemory: number;
  /** One adaptation takes so many minutes at most, measuring included. */
  readonly adaptMinutes: number;
  /** And asks the API about so many places at most, for so many US dollars at most. */
  readonly adaptCalls: number;
  readonly adaptBudget: number;
}

export const section = 'easyAdaptation';

/** A missing row fails to compile. */
export const settingRows: { readonly [K in keyof Settings]: SettingRow<Settings[K]> } = {
  enable: { type: 'object', default: { '*': true }, scope: 'resource', beside: languagesOfBoth },
  balance: { type: 'number', default: 0.4, scope: 'resource', minimum: 0, maximum: 1, beside: lower },
  riskBound: {
    type: 'string',
    default: 'off',
    scope: 'application',
    values: ['off', 'expected', 'mean', 'sure'],
    beside: usersAlone,
  },
  risk: { type: 'number', default: 0.02, scope: 'application', minimum: 0.001, maximum: 0.5, beside: usersAlone },
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
  apiDebounceMin: { type: 'number', default: 150, scope: 'window', minimum: 0, maximum: 5000, beside: higher },
  apiDebounceMax: { type: 'number', default: 600, scope: 'window', minimum: 0, maximum: 5000, beside: higher },
  showBar: { type: 'number', default: 0.5, scope: 'resource', minimum: 0, maximum: 1, beside: workspacesFirst },
  exclude: { type: 'object', default: {}, scope: 'resource', beside: globsOfBoth },
  maxFolderMegabytes: { type: 'number', default: 64, scope: 'resource', minimum: 1, maximum: 2048, beside: lower },
  neural: { type: 'boolean', default: true, scope: 'window', beside: onWhereBoth },
  neuralBase: { type: 'string', default: 'auto', scope: 'machine', beside: usersAlone },
  servedUrl: { type: 'string', default: '', scope: 'machine', beside: usersAlone },
  servedModel: { type: 'string', default: '', scope: 'machine', beside: usersAlone },
  neuralDevice: {
    type: 'string',
    default: 'auto',
    scope: 'machine',
    values: ['auto', 'cpu', 'webgpu'],
    beside: usersAlone,
  },
  neuralPrecision: {
    type: 'string',
    default: 'auto',
    scope: 'machine',
    values: ['auto', 'int4', 'int8', 'fp32'],
    beside: usersAlone,
  },
  neuralThreads: { type: 'number', default: 0, scope: 'machine', minimum: 0, maximum: 64, beside: usersAlone },
  neuralMemory: { type: 'number', default: 3, scope: 'window', minimum: 1, maximum: 64, beside: lower },
  adaptMinutes: { type: 'number', default: 10, scope: 'resource', minimum: 1, maximum: 720, beside: lower },
  adaptCalls: { type: 'number', default: 300, scope: 'resource', minimum: 0, maximum: 2000, beside: lower },
  adaptBudget: { type: 'number', default: 1, scope: 'resource', minimum: 0, maximum: 1000, beside: lower },
};

/** The bound on what is lost by what stays local; undefined: none is asked for. */
export function riskOf({ riskBound, risk }: Settings): RiskBound | undefined {
  return riskBound === 'off' ? undefined : { holding: riskBound, alpha: risk };
}

/** @param levels of each setting; undefined: nobody sets it */
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

/** Undefined: nothing that the setting can be. */
function coerce<T>(value: unknown, row: SettingRow<T>): T | undefined {
  const read = row.type === 'object' ? isToggles(value) : typeof value === row.type;
  if (!read || (row.values && !row.values.includes(value as T))) return undefined;
  if (typeof value === 'string') return value.trim() as T;
  if (typeof value !== 'number') return value as T;
  if (!Number.isFinite(value)) return undefined;
  return Math.min(row.maximum ?? value, Math.max(row.minimum ?? value, value)) as T;
}
