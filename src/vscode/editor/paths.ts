// Where things lie: the bundles, the models in the installed extension, a folder's specialist in the storage folder.
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export interface Paths {
  readonly ngramWorker: string;
  readonly job: string;
  readonly engine: string;
  /** Folder of the models that ship with the extension, a package each. */
  readonly models: string;
  /** The SQLite store's folder; everything of ours is under it. */
  readonly storage: string;
}

/**
 * @param extension the installed extension's folder
 * @param storage the editor's global storage folder for us: one store for all windows, so that a paid answer serves each
 */
export function pathsOf(extension: string, storage: string): Paths {
  return {
    ngramWorker: join(extension, 'dist', 'ngram-worker.cjs'),
    job: join(extension, 'dist', 'job.cjs'),
    engine: join(extension, 'dist', 'engine.cjs'),
    models: join(extension, 'models'),
    storage,
  };
}

/** The folder of a workspace folder's specialist; the name tells nothing about the path. */
export function specialistFolder(storage: string, root: string): string {
  return join(specialistsFolder(storage), createHash('sha256').update(root).digest('hex').slice(0, 16));
}

export function specialistsFolder(storage: string): string {
  return join(storage, 'specialists');
}
