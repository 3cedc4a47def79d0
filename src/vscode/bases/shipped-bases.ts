// The packages that could serve as a base, and the process in which one is measured.
import { isAbsolute } from 'node:path';
import { failed, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { listPackages, type PackageInfo, readPackage } from '../../neural/models/list.ts';
import type { Base } from '../../specialist/engine/choice.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import type { Timing } from '../../specialist/engine/protocol.ts';

/** Smallest first. */
export function shippedBases(models: string, log: Log): Base[] {
  return listPackages(models, (folder, { message }) => log.warn(`${folder}: ${message}`)).map(baseFrom);
}

/** What a setting names. */
export function readBase(path: string): Result<Base> {
  if (!isAbsolute(path)) return failed('bad-request', '');
  const read = readPackage(path);
  return read.ok ? ok(baseFrom(read.value)) : read;
}

function baseFrom({ name, folder, tokenizer, manifest }: PackageInfo): Base {
  return { name, folder, tokenizer, weights: manifest.weights };
}

/** In a process of its own, so that nobody waits for the loading, and nothing of it stays in memory. */
export async function timeBase(
  script: string,
  { folder: model, tokenizer }: Base,
  precision: 'auto' | 'int4' | 'int8' | 'fp32',
  threads: number,
  signal: AbortSignal,
): Promise<Result<Timing>> {
  const client = new EngineClient({ script });
  try {
    return await client.request('time', { model, tokenizer, precision, threads }, { signal });
  } finally {
    await client.end();
  }
}
