// Models that somebody has: looked for and brought as bases, off the editor's thread.

import { ok, type Result } from '../common/errors.ts';
import { type FoundModel, findModels } from '../neural/models/import/discover-models.ts';
import { type BringRequest, type Brought, bring } from '../neural/models/import/import-model.ts';
import type { JobDeps } from './paid-llm.ts';

export type { BringRequest, Brought, FoundModel };

/** No model is opened, and none run: headers are read. */
export async function findModelsJob(
  _request: Record<string, never>,
  { signal }: Pick<JobDeps, 'signal'>,
): Promise<Result<readonly FoundModel[]>> {
  return ok(await findModels(signal));
}

export function bringJob(
  request: BringRequest,
  { signal, progress }: Pick<JobDeps, 'signal' | 'progress'>,
): Promise<Result<Brought>> {
  return bring(request, signal, progress);
}
