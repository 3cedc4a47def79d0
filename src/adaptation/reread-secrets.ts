// A folder's secrets alone, for a session that begins with an index from before: they are on no disk to be read from.
import { ok, type Result } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import type { AdaptRequest } from './types.ts';

export async function readSecrets(
  { root, harvest }: Pick<AdaptRequest, 'root' | 'harvest'>,
  signal: AbortSignal,
  log: Log,
): Promise<Result<readonly string[]>> {
  const harvested = await harvestFolder(root, harvest, { signal, log });
  return harvested.ok ? ok(harvested.value.secrets.all) : harvested;
}
