// Reads the base models that are shipped or named by the setting, and times one in its own process.
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

/** Reads the base at an absolute path from the setting. */
export function readBase(path: string): Result<Base> {
  if (!isAbsolute(path)) return failed('bad-request', '');
  const read = readPackage(path);
  return read.ok ? ok(baseFrom(read.value)) : read;
}

function baseFrom({ name, folder, tokenizer, manifest }: PackageInfo): Base {
  return { name, folder, tokenizer, weights: manifest.weights };
}

/** Runs in its own process: loading delays no completion, and the memory is freed at the end. */
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
