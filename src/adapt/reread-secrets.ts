// Reads a folder's secrets again for a session that starts from a stored index: secrets are never written to disk.
import { ok, type Result } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import type { AdaptRequest } from './request/adapt-request.ts';

export async function readSecrets(
  { root, harvest }: Pick<AdaptRequest, 'root' | 'harvest'>,
  signal: AbortSignal,
  log: Log,
): Promise<Result<readonly string[]>> {
  const harvested = await harvestFolder(root, harvest, { signal, log });
  return harvested.ok ? ok(harvested.value.secrets.all) : harvested;
}
