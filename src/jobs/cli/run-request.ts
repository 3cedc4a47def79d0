// Turns options into the request of a run: folder, base, API and storage.
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AdaptRequest, ApiAccess, LabellingLimits, NeuralAccess } from '../../adapt/request/adapt-request.ts';
import { threadCount } from '../../common/threads.ts';
import { type LlmAddress, modelOf } from '../../llm/connect.ts';
import { checkBaseUrl } from '../../llm/protocol/guard.ts';
import { providerOf } from '../../llm/providers/providers.ts';
import { IMPORTED_BASES, readPackage } from '../../neural/models/list.ts';
import { MANIFEST, TOKENIZER } from '../../neural/models/manifest.ts';
import { models, UsageError, type Values } from './command-line.ts';

const DEFAULT_MINUTES = 10;

/** A folder that is named on the command line is trusted, and no session knows secrets of it. */
export const noSession = { harvest: { trusted: true }, secrets: [] } as const;

/**
 * The request without the API part: see `apiAccess`.
 * @param folder to adapt to or to inspect
 * @param minutes default budget of an adaptation
 */
export function requestFor(folder: string, values: Values, minutes = DEFAULT_MINUTES): AdaptRequest {
  const root = requireFolder(folder);
  const base = baseOf(values);
  const neural = neuralAccess(values, base, minutes);
  const storeFolder = storageFolder(values);
  return {
    root,
    storeFolder,
    specialistFolder: specialistFolder(storeFolder, root),
    // The n-grams always use this tokenizer: with that of another base they are half as good.
    tokenizerPath: join(models, 'small', TOKENIZER),
    ...noSession,
    effort: 'adapt',
    balance: values.balance,
    ...(neural && { neural }),
  };
}

/** Undefined: local only. */
export function apiAccess(values: Values): ApiAccess | undefined {
  const address = addressOf(values);
  const { key, urlVariable, label } = providerOf(address.provider);
  const keyVariable = key.variable || 'EASY_ADAPTATION_API_KEY';
  const apiKey = process.env[keyVariable] ?? '';
  if (values.local || (apiKey === '' && key.need === 'required')) return undefined;
  const baseUrl = address.baseUrl || (urlVariable && process.env[urlVariable]?.trim());
  const { problem } = checkBaseUrl(baseUrl ?? '');
  const named = address.baseUrl ? '--url' : urlVariable;
  if (problem === 'credentials')
    throw new UsageError(`${named}: leave user name and password out. The key is read from ${keyVariable}.`);
  if (problem) throw new UsageError(`${named}: ${baseUrl} is not an https address (http is for this machine only).`);
  if (modelOf(address) === '') throw new UsageError(`Name the model of ${label}: --model NAME.`);
  return {
    settings: { ...address, apiKey, timeoutMs: 30_000, ...(baseUrl && { baseUrl }) },
    ...labellingLimits(values),
    budgetUsd: values.budget,
  };
}

export function labellingLimits(values: Values): LabellingLimits {
  return { positions: values.places, runUsd: values['run-budget'] };
}

/** Provider, model and URL of the large model. */
export function addressOf({ provider, model, url }: Values): LlmAddress {
  return { provider, model, ...(url !== undefined && { baseUrl: url }) };
}

/** Folder of a shipped or imported base by name, or a folder given as a path. */
function baseOf(values: Values): string {
  const { base = 'small' } = values;
  const named = /^[\w.-]+$/.test(base) ? [join(models, base), join(basesFolder(values), base)] : [];
  const found = named.find((folder) => existsSync(join(folder, MANIFEST)));
  if (found === undefined) return requireFolder(base);
  const info = readPackage(found);
  if (!info.ok) throw new UsageError(`The base '${base}' cannot be used. ${info.error.message}`);
  return info.value.folder;
}

/** Undefined: n-grams alone. */
function neuralAccess(values: Values, base: string, minutes: number): NeuralAccess | undefined {
  if (values['no-neural']) return undefined;
  const threads = values.threads ?? 'auto';
  const maxSteps = values['max-steps'];
  return {
    base,
    threads: threadCount(threads),
    trainingThreads: threads,
    device: values.device,
    budgetMinutes: values.minutes ?? minutes,
    ...(maxSteps !== undefined && { maxSteps: Math.floor(maxSteps) }),
    ...(values.train !== 'auto' && { trains: values.train === 'always' }),
  };
}

export function storageFolder(values: Values): string {
  const data = process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
  return resolve(values.storage ?? join(data, 'easy-adaptation'));
}

/** Folder of imported bases. */
export function basesFolder(values: Values): string {
  return join(storageFolder(values), IMPORTED_BASES);
}

export function specialistFolder(storage: string, root: string): string {
  return join(storage, 'specialists', createHash('sha256').update(root).digest('hex').slice(0, 16));
}

export function requireFolder(path: string): string {
  const root = resolve(path);
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`There is no folder ${root}.`);
  if (!stat.isDirectory()) throw new UsageError(`${root} is a file: name the folder that holds it.`);
  return root;
}
