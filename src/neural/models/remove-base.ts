// Removes an imported base. A file of weights goes with it only if this extension downloaded it.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { readManifest } from './manifest.ts';

export interface RemovedBase {
  readonly freedBytes: number;
  /** The GGUF file of another program, which stays. */
  readonly kept: string | undefined;
}

/**
 * @param folder of the base, below the folder of imported bases
 * @param downloads folder of the downloaded files
 */
export function removeBase(folder: string, downloads: string): Result<RemovedBase> {
  try {
    const manifest = readManifest(folder);
    const path = manifest.ok ? manifest.value?.gguf?.path : undefined;
    const isOurs = path !== undefined && dirname(resolve(path)) === resolve(downloads);
    const files = [
      ...readdirSync(folder).map((name) => join(folder, name)),
      ...(isOurs && existsSync(path) ? [path] : []),
    ];
    const freedBytes = files.reduce((sum, each) => sum + statSync(each).size, 0);
    // The file is deleted first. If a serving process holds it open, this fails, and the base stays complete.
    if (isOurs) rmSync(path, { force: true });
    rmSync(folder, { recursive: true });
    return ok({ freedBytes, kept: isOurs ? undefined : path });
  } catch (error) {
    return failed('unwritable', `The base cannot be removed: ${messageOf(error)}. Close what uses it, and try again.`);
  }
}
