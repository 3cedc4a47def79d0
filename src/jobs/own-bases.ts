// The jobs that discover models on this machine, download models, and register them as bases.
import { dirname, join } from 'node:path';
import { ok, type Result } from '../common/errors.ts';
import { makePrivate } from '../common/files.ts';
import { type CatalogModel, DOWNLOADS, fileNameOf } from '../neural/models/catalog.ts';
import { type AddedBase, addGgufModel, type GgufRequest } from '../neural/models/import/add-gguf.ts';
import { discoverModels, type FoundModel } from '../neural/models/import/discover-models.ts';
import { download } from '../neural/models/import/download.ts';
import type { Proxies } from '../neural/models/import/get.ts';
import { IMPORTED_BASES } from '../neural/models/list.ts';
import { lockDownload } from '../storage/lock.ts';
import type { JobDeps } from './paid-llm.ts';

export type { AddedBase, FoundModel, GgufRequest };

export interface DownloadRequest {
  readonly model: CatalogModel;
  /** The extension's data folder. */
  readonly storage: string;
  readonly proxies: Proxies;
}

/** Only headers are read; no model is run. */
export async function findModelsJob(
  _request: Record<string, never>,
  { signal }: Pick<JobDeps, 'signal'>,
): Promise<Result<readonly FoundModel[]>> {
  return ok(await discoverModels(signal));
}

export function importBaseJob(
  request: GgufRequest,
  { signal, progress }: Pick<JobDeps, 'signal' | 'progress'>,
): Promise<Result<AddedBase>> {
  makePrivate(dirname(request.into));
  return addGgufModel(request, signal, progress);
}

/** Downloads a model of the catalog, checks it, and registers it as a base. */
export async function downloadModelJob(
  { model, storage, proxies }: DownloadRequest,
  { signal, progress }: Pick<JobDeps, 'signal' | 'progress'>,
): Promise<Result<AddedBase>> {
  const lock = lockDownload(storage, model.sha256, 'the editor');
  if (!lock.ok) return lock;
  try {
    const path = join(storage, DOWNLOADS, fileNameOf(model));
    const downloaded = await download(model, path, { signal, progress, proxies });
    if (!downloaded.ok) return downloaded;
    const { id: suggestedName, licence, sha256 } = model;
    const into = join(storage, IMPORTED_BASES);
    return await addGgufModel({ path, into, suggestedName, licence, sha256 }, signal, progress);
  } finally {
    lock.value.release();
  }
}
