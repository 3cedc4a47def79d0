// Files of the catalog's models that were downloaded in part, or whole but not registered as a base.
import { existsSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { type CatalogModel, DOWNLOADS, fileNameOf } from '../neural/models/catalog.ts';
import { partialOf } from '../neural/models/import/download.ts';
import { IMPORTED_BASES, listPackages } from '../neural/models/list.ts';
import { lockDownload } from '../storage/lock.ts';

/** Bytes that have arrived; 0 if there is no unfinished download. @param storage the extension's data folder */
export function unfinishedBytes(model: CatalogModel, storage: string): number {
  return filesOf(model, storage).reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Returns the freed bytes. Fails with 'locked' while the download runs, and with 'unwritable'. */
export function removeUnfinished(model: CatalogModel, storage: string): Result<number> {
  const lock = lockDownload(storage, model.sha256, 'the editor');
  if (!lock.ok) return lock;
  try {
    const freedBytes = unfinishedBytes(model, storage);
    for (const path of filesOf(model, storage)) rmSync(path, { force: true });
    return ok(freedBytes);
  } catch (error) {
    return failed('unwritable', `The download cannot be deleted: ${messageOf(error)}. Check the disk and try again.`);
  } finally {
    lock.value.release();
  }
}

/** Without the whole file if a base uses it. Files may be missing. */
function filesOf(model: CatalogModel, storage: string): string[] {
  const path = resolve(storage, DOWNLOADS, fileNameOf(model));
  const isUsed = () => listPackages(join(storage, IMPORTED_BASES)).some(({ manifest }) => manifest.gguf?.path === path);
  // Few files are whole: the bases are not read for the others.
  return [...(existsSync(path) && !isUsed() ? [path] : []), partialOf(path)];
}
