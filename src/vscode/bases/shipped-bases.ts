// Reads the base models that are shipped or named by the setting, and times one in its own process.
import { isAbsolute } from 'node:path';
import { failed, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { threadCount } from '../../common/threads.ts';
import { listPackages, type PackageInfo, readPackage } from '../../neural/models/list.ts';
import { EngineClient } from '../../specialist/engine/engine-client.ts';
import type { Requests, Timing } from '../../specialist/engine/engine-protocol.ts';
import { ggufTimingKey, llamaOptions, timingKey } from '../../specialist/engine/timings.ts';
import type { Settings } from '../settings/settings.ts';

export interface Base {
  readonly name: string;
  readonly folder: string;
  /** Path of its tokenizer.json. */
  readonly tokenizer: string;
  /** Hash of its weights: the key of its timings. */
  readonly weights: string;
}

type ServingSettings = Pick<Settings, 'device'>;

/** The shipped bases, smallest first. */
export function shippedBases(models: string, log: Log): Base[] {
  return listPackages(models, (folder, { message }) => log.warn(`${folder}: ${message}`)).map(baseFrom);
}

/** Reads the base at an absolute path from the setting. */
export function readBase(path: string): Result<Base> {
  if (!isAbsolute(path)) return failed('bad-request', '');
  const read = readPackage(path);
  return read.ok ? ok(baseFrom(read.value)) : read;
}

function baseFrom({ name, folder, tokenizer, manifest }: PackageInfo): Base {
  return { name, folder, tokenizer, weights: manifest.weights };
}

/** How a model is served: with the threads that suit this machine. */
export function servingOptions({ device }: ServingSettings): Omit<Requests['time']['request'], 'model' | 'tokenizer'> {
  return { threads: threadCount('auto'), ...llamaOptions('auto', device) };
}

/** Key of the timing of a base that our own engine serves. @param weights hash of the base's weights */
export function ownTimingKey(weights: string): string {
  return timingKey(weights, 'own', threadCount('auto'));
}

/** Key of a base's timing under the settings. */
export function timingKeyOf({ weights, gguf }: PackageInfo['manifest'], { device }: ServingSettings): string {
  return gguf ? ggufTimingKey(weights, llamaOptions('auto', device)) : ownTimingKey(weights);
}

/**
 * Times a base in its own process of low priority, so that loading delays no completion and the memory is freed at the
 * end.
 */
export async function timeBase(
  script: string,
  { folder: model, tokenizer }: Base,
  settings: ServingSettings,
  signal: AbortSignal,
): Promise<Result<Timing>> {
  const client = new EngineClient({ script, lowPriority: true });
  try {
    return await client.request('time', { model, tokenizer, ...servingOptions(settings) }, { signal });
  } finally {
    await client.end();
  }
}
