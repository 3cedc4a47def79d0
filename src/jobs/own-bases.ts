// The jobs that discover models on this machine and import them as bases.

import { ok, type Result } from '../common/errors.ts';
import { discoverModels, type FoundModel } from '../neural/models/import/discover-models.ts';
import { type ImportedBase, importModel, type ModelImportRequest } from '../neural/models/import/import-model.ts';
import type { JobDeps } from './paid-llm.ts';

export type { FoundModel, ImportedBase, ModelImportRequest };

/** Only headers are read; no model is run. */
export async function findModelsJob(
  _request: Record<string, never>,
  { signal }: Pick<JobDeps, 'signal'>,
): Promise<Result<readonly FoundModel[]>> {
  return ok(await discoverModels(signal));
}

export function importBaseJob(
  request: ModelImportRequest,
  { signal, progress }: Pick<JobDeps, 'signal' | 'progress'>,
): Promise<Result<ImportedBase>> {
  return importModel(request, signal, progress);
}
