// A folder's neural model on disk: which one is in use, and how another takes its place. Folders are made beside each other; a
// pointer says which is in use, and is swapped, so that a crash at any moment leaves the old or the new one whole.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../common/files.ts';

export interface CurrentModel {
  /** Folder with config.json, model.safetensors and, where weights were fitted for it, mixture.json. */
  readonly model: string;
  readonly name: 'adapted' | 'base';
}

/** Beside the snapshot. */
const POINTER = 'neural.json';
/** Folders of finished models. */
const PREFIX = 'neural-';
/** Where a run keeps its checkpoint and what it has made so far. */
const WORK = 'neural.work';

/** What a model folder must hold to be one. */
export function isModel(folder: string): boolean {
  return ['config.json', 'model.safetensors'].every((name) => existsSync(join(folder, name)));
}

/** The folder's adapted model where there is one, else the base. */
export function currentModel(specialistFolder: string, baseFolder: string): CurrentModel {
  const name = pointedAt(specialistFolder);
  const model = name === undefined ? undefined : join(specialistFolder, name);
  return model !== undefined && isModel(model) ? { model, name: 'adapted' } : { model: baseFolder, name: 'base' };
}

function pointedAt(specialistFolder: string): string | undefined {
  try {
    const { folder } = JSON.parse(readFileSync(join(specialistFolder, POINTER), 'utf8')) as { folder?: unknown };
    // A name of ours, and no path to elsewhere.
    return typeof folder === 'string' && /^neural-[0-9a-f-]+$/.test(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Of the run under way or interrupted. */
export function workFolder(specialistFolder: string): string {
  return join(specialistFolder, WORK);
}

/** Puts the finished model in the work folder in use. The one before it stays on disk until the next run, for who still has it open. */
export function keepModel(specialistFolder: string): CurrentModel {
  const name = `${PREFIX}${randomUUID()}`;
  const model = join(specialistFolder, name);
  renameSync(workFolder(specialistFolder), model);
  replaceFile(join(specialistFolder, POINTER), [new TextEncoder().encode(JSON.stringify({ folder: name }))]);
  return { model, name: 'adapted' };
}

/** Removes models that are not in use any more. */
export function sweepModels(specialistFolder: string): void {
  const current = pointedAt(specialistFolder);
  for (const name of namesIn(specialistFolder)) {
    if (name.startsWith(PREFIX) && name !== current)
      rmSync(join(specialistFolder, name), { recursive: true, force: true });
  }
}

/** Back to the base. */
export function dropModel(specialistFolder: string): void {
  rmSync(join(specialistFolder, POINTER), { force: true });
  sweepModels(specialistFolder);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
