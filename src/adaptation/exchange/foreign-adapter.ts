// Imports an adapter that was trained elsewhere over a shipped base, in place of the folder's model.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, failed, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { describeAdapted } from '../../neural/models/adapted.ts';
import { loadAdapter, saveAdapter } from '../../neural/models/adapter.ts';
import { type PackageInfo, readPackage } from '../../neural/models/list.ts';
import { MIXTURE_FILE } from '../../specialist/engine/protocol.ts';
import { lockRun } from '../../storage/lock.ts';
import { activateModel, workFolder } from '../models/folder-models.ts';

export interface ForeignAdapter {
  /** Folder with adapter_config.json and adapter_model.safetensors. */
  readonly adapter: string;
  /** The workspace folder, and the folder of its specialist. */
  readonly root: string;
  readonly storeFolder: string;
  readonly specialistFolder: string;
  /** Folder of the adapter's base. */
  readonly base: string;
  /** Owner of the lock, shown to others that find the folder locked. */
  readonly who: string;
}

/**
 * Checks the adapter against the base and activates it. Fails as `loadAdapter` does, with 'unreadable' if the base is
 * no package, 'locked' during a run, and 'unwritable'. After a failure the previous model stays.
 */
export async function importForeignAdapter(request: ForeignAdapter): Promise<Result<PackageInfo>> {
  const { adapter, root, storeFolder, specialistFolder, base, who } = request;
  const lock = lockRun(storeFolder, root, who);
  if (!lock.ok) return lock;
  const work = workFolder(specialistFolder);
  try {
    const info = unwrap(readPackage(base));
    const { config } = info;
    if (!config)
      throw new CodedError(
        'unsupported',
        `'${info.name}' is a GGUF file: adapters from elsewhere are accepted only over bases that ship.`,
      );
    const loaded = loadAdapter(adapter, config);
    rmSync(work, { recursive: true, force: true });
    saveAdapter(work, config, loaded, info.name, 'F32');
    const mixture = join(base, MIXTURE_FILE);
    if (existsSync(mixture)) replaceFile(join(work, MIXTURE_FILE), [readFileSync(mixture)]);
    describeAdapted(work, { base, tokenizer: info.tokenizer, precision: info.manifest.precision });
    activateModel(specialistFolder);
    return ok(info);
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    return failed('unwritable', `The adapter cannot be stored: ${messageOf(error)}.`);
  } finally {
    lock.value.release();
  }
}
