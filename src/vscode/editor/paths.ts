// Paths of bundles and shipped models in the extension, and of folders' models in the storage folder.
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export interface Paths {
  readonly folderWorker: string;
  readonly job: string;
  readonly engine: string;
  /** Folder of the models that ship with the extension, one package per model. */
  readonly models: string;
  /** The extension's data folder, with the SQLite store. */
  readonly storage: string;
}

/**
 * @param extension the installed extension's folder
 * @param storage the extension's global storage folder, shared by all windows
 */
export function pathsOf(extension: string, storage: string): Paths {
  return {
    folderWorker: join(extension, 'dist', 'folder-worker.cjs'),
    job: join(extension, 'dist', 'job.cjs'),
    engine: join(extension, 'dist', 'engine.cjs'),
    models: join(extension, 'models'),
    storage,
  };
}

/** Data folder of a workspace folder's models; its name does not reveal the path. */
export function specialistFolder(storage: string, root: string): string {
  return join(specialistsFolder(storage), createHash('sha256').update(root).digest('hex').slice(0, 16));
}

export function specialistsFolder(storage: string): string {
  return join(storage, 'specialists');
}
