// The job that downloads a model and registers it as a base.
import { join } from 'node:path';
import type { Result } from '../common/errors.ts';
import { type CatalogModel, DOWNLOADS, fileNameOf } from '../neural/models/catalog.ts';
import { type AddedBase, addGgufModel } from '../neural/models/import/add-gguf.ts';
import { download } from '../neural/models/import/download.ts';
import type { Proxies } from '../neural/models/import/get.ts';
import { IMPORTED_BASES } from '../neural/models/list.ts';
import { lockDownload } from '../storage/lock.ts';
import type { JobDeps } from './paid-llm.ts';

export interface DownloadRequest {
  readonly model: CatalogModel;
  /** The extension's data folder. */
  readonly storage: string;
  readonly proxies: Proxies;
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
