// A folder's neural models on disk. Each has a folder of its own, and a pointer names the one in use. The pointer is
// replaced atomically: a crash leaves the old or the new model in use. A trained model is also exported for other
// programs.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Failure, failed, ok, type Result } from '../../common/errors.ts';
import { type Sha256, sha256Of } from '../../common/file-hash.ts';
import { replaceFile } from '../../common/files.ts';
import type { Progress } from '../../common/progress.ts';
import { type ExportedFiles, exportModel } from '../../neural/models/export/export.ts';
import { compatibilityOf, listPackages } from '../../neural/models/list.ts';
import { ADAPTER, ADAPTER_CONFIG, CONFIG, ggufManifest, WEIGHTS } from '../../neural/models/manifest.ts';

export type { ExportedFiles };

/** Plain data: it is sent to a job's process. */
export interface OwnExport extends Shipped {
  readonly specialistFolder: string;
  /** Target folder. */
  readonly into: string;
}

/** Fails with 'nothing-to-learn' if there is no model to export, and as `ownModel` and `exportModel` do. */
export function exportOwn(
  { specialistFolder, into, ...shipped }: OwnExport,
  signal?: AbortSignal,
  progress?: Progress,
): Result<ExportedFiles> {
  // The base that the model was made from may not be the one in use.
  const beside = listPackages(dirname(dirname(shipped.tokenizer))).map(({ folder }) => folder);
  const bases = [shipped.base, ...beside];
  const found = bases.map((base) => ({ base, own: ownModel(specialistFolder, { ...shipped, base }) }));
  const { base, own } = found.find((each) => each.own?.ok) ?? (found[0] as (typeof found)[number]);
  if (!own)
    return failed(
      'nothing-to-learn',
      'This folder has no adapted model, so there is nothing to export. Adapt to it first.',
    );
  if (!own.ok) return own;
  return exportModel({ model: own.value, base, tokenizer: shipped.tokenizer, into }, signal, progress);
}

export interface CurrentModel {
  /** Folder of a package (src/neural/models/), with mixture.json if a mixture was fitted for the model. */
  readonly model: string;
  /** Folder of its base. */
  readonly base: string;
  readonly name: 'adapted' | 'base';
  /** Folder of the mixture's weights that were fitted here for a GGUF base. Absent: the model has its own. */
  readonly mixture?: string;
  /** Why an adapted model on disk cannot be used with the shipped models, and what to do. */
  readonly setAside?: Failure;
}

/** The shipped files that a model must fit: folder of the base, path of tokenizer.json. */
export interface Shipped {
  readonly base: string;
  readonly tokenizer: string;
}

/** Names the folder of the model in use. */
const POINTER = 'neural.json';
/** Folders of finished models. */
const PREFIX = 'neural-';
/** Folder of a run's checkpoint and partial outputs. */
const WORK = 'neural.work';

/** Files that every model folder has. */
export function isModel(folder: string): boolean {
  const hasAll = (...names: string[]) => names.every((name) => existsSync(join(folder, name)));
  return hasAll(CONFIG, WEIGHTS) || hasAll(ADAPTER_CONFIG, ADAPTER) || ggufManifest(folder) !== undefined;
}

/** The folder's adapted model if it was made from the serving base, else the base. */
export function currentModel(specialistFolder: string, shipped: Shipped): CurrentModel {
  const own = ownModel(specialistFolder, shipped);
  if (own?.ok) return { model: own.value, base: shipped.base, name: 'adapted' };
  const mixture = ggufMixture(specialistFolder, shipped.base);
  return {
    ...baseAlone(shipped),
    ...(mixture !== undefined && { mixture }),
    ...(own && { setAside: own.error }),
  };
}

export function baseAlone({ base }: Shipped): CurrentModel {
  return { model: base, base, name: 'base' };
}

/**
 * Folder of the mixture's weights that a run fitted for a GGUF base; undefined for other bases, whose package has
 * weights.
 */
export function ggufMixture(specialistFolder: string, base: string): string | undefined {
  const gguf = ggufManifest(base);
  return gguf && join(specialistFolder, `mixture-${gguf.weights.slice(0, 16)}`);
}

/** Folder of the adapted model; undefined without one, a failure if it does not go with these shipped files. */
export function ownModel(specialistFolder: string, { base, tokenizer }: Shipped): Result<string> | undefined {
  const model = ownFolder(specialistFolder);
  if (model === undefined) return undefined;
  const fits = compatibilityOf(model, base, tokenizer);
  return fits.ok ? ok(model) : fits;
}

/** Folder of the adapted model, of whatever base; undefined: there is none. */
export function ownFolder(specialistFolder: string): string | undefined {
  const name = readPointer(specialistFolder);
  const model = name === undefined ? undefined : join(specialistFolder, name);
  return model !== undefined && isModel(model) ? model : undefined;
}

/** New folder for a model; the next run deletes it if it is never activated. */
export function newModelFolder(specialistFolder: string): string {
  return join(specialistFolder, `${PREFIX}${randomUUID()}`);
}

/** Name of the folder that the pointer names. */
function readPointer(specialistFolder: string): string | undefined {
  try {
    const { folder } = JSON.parse(readFileSync(join(specialistFolder, POINTER), 'utf8')) as { folder?: unknown };
    // Only generated names are accepted: no path leads elsewhere.
    return typeof folder === 'string' && /^neural-[0-9a-f-]+$/.test(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Folder of the running or interrupted run. */
export function workFolder(specialistFolder: string): string {
  return join(specialistFolder, WORK);
}

/** The folder of a finished model with these weights: in use, in the work folder, or left by a killed run. */
export function modelFolderOf(weights: Sha256, specialistFolder: string): string | undefined {
  const names = [WORK, ...namesIn(specialistFolder).filter((name) => name.startsWith(PREFIX))];
  return names
    .map((name) => join(specialistFolder, name))
    .find((model) => isModel(model) && weightsOf(model) === weights);
}

/** Hash of the model's weights, its adapter's, or its GGUF file. */
export function weightsOf(model: string): Sha256 {
  const gguf = ggufManifest(model);
  if (gguf) return gguf.weights;
  return sha256Of(join(model, existsSync(join(model, WEIGHTS)) ? WEIGHTS : ADAPTER));
}

/**
 * Activates a finished model. The previous one stays on disk until the next run, because another window may have it
 * open.
 */
export function activateModel(specialistFolder: string, finished = workFolder(specialistFolder)): void {
  const isNew = finished === workFolder(specialistFolder);
  const model = isNew ? newModelFolder(specialistFolder) : finished;
  const name = basename(model);
  if (isNew) renameSync(finished, model);
  replaceFile(join(specialistFolder, POINTER), [new TextEncoder().encode(JSON.stringify({ folder: name }))]);
}

/** @param but model folder that stays although it is not in use yet */
export function sweepModels(specialistFolder: string, but?: string): void {
  const current = readPointer(specialistFolder);
  for (const name of namesIn(specialistFolder)) {
    const model = join(specialistFolder, name);
    if (name.startsWith(PREFIX) && name !== current && model !== but) rmSync(model, { recursive: true, force: true });
  }
}

/** Deletes a rejected model from the work folder; unfinished training stays. */
export function dropWork(specialistFolder: string): void {
  const work = workFolder(specialistFolder);
  if (isModel(work)) rmSync(work, { recursive: true, force: true });
}

/** Returns to the base. */
export function dropModel(specialistFolder: string): void {
  rmSync(join(specialistFolder, POINTER), { force: true });
  sweepModels(specialistFolder);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
