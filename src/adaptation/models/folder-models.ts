// A folder's neural model on disk: which one is in use, and how another takes its place. Folders are made beside each other; a
// pointer says which is in use, and is swapped, so that a crash at any moment leaves the old or the new one whole.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Failure, failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { listFiles } from '../../neural/models/adapted.ts';
import { compatibilityOf, otherBaseFailure } from '../../neural/models/compatibility.ts';
import { ADAPTER, ADAPTER_CONFIG, CONFIG, type Sha256, sha256Of, WEIGHTS } from '../../neural/models/manifest.ts';
import { isBetterThan } from './compared.ts';

export interface CurrentModel {
  /** Folder of a package (src/neural/models/); where weights of the mixture were fitted for the model, mixture.json is in it. */
  readonly model: string;
  /** Folder of the base that it is opened over. */
  readonly base: string;
  readonly name: 'adapted' | 'base';
  /** Of an adapted model that is there and cannot be used with what ships now: why, and what to do. */
  readonly setAside?: Failure;
}

/** A folder's adapted model that can be opened. */
export interface OwnModel {
  readonly model: string;
  /** Folder of the base to open it over. */
  readonly over: string;
  /** Name of the base that it was made from. */
  readonly madeFrom: string;
  readonly serves: boolean;
}

/** What a folder's own model has to fit: folder of the base, path of tokenizer.json. */
export interface Shipped {
  readonly base: string;
  readonly tokenizer: string;
}

/** Beside the snapshot. */
const POINTER = 'neural.json';
/** Folders of finished models. */
const PREFIX = 'neural-';
/** Where a run keeps its checkpoint and what it has made so far. */
const WORK = 'neural.work';

/** What a model folder must hold to be one. */
export function isModel(folder: string): boolean {
  const holds = (...names: string[]) => names.every((name) => existsSync(join(folder, name)));
  return holds(CONFIG, WEIGHTS) || holds(ADAPTER_CONFIG, ADAPTER);
}

/**
 * The folder's adapted model where it is known to be better than the base that serves: it was made from that one, or the run that made it
 * measured both (compared.ts). Else the base: one that is larger than what was adapted is not given up unmeasured. What does not serve stays where it is.
 */
export function currentModel(specialistFolder: string, shipped: Shipped): CurrentModel {
  const own = ownModel(specialistFolder, shipped);
  if (own?.ok && own.value.serves) return { model: own.value.model, base: own.value.over, name: 'adapted' };
  const setAside = own && (own.ok ? otherBaseFailure(own.value.madeFrom) : own);
  return { ...baseAlone(shipped), ...(setAside && !setAside.ok && { setAside: setAside.error }) };
}

export function baseAlone({ base }: Shipped): CurrentModel {
  return { model: base, base, name: 'base' };
}

/** The folder's adapted model, whether or not it serves; undefined where there is none, a failure where it cannot be opened now. */
export function ownModel(specialistFolder: string, { base, tokenizer }: Shipped): Result<OwnModel> | undefined {
  const model = ownFolder(specialistFolder);
  if (model === undefined) return undefined;
  const stands = compatibilityOf(model, base, tokenizer);
  if (!stands.ok) return stands;
  const { over, madeFrom, isOwn } = stands.value;
  try {
    return ok({ model, over, madeFrom, serves: isOwn || isBetterThan(model, base) });
  } catch (cause) {
    return failed('unreadable', messageOf(cause));
  }
}

/** Where the folder's adapted model lies, whatever it goes with; undefined: there is none. */
export function ownFolder(specialistFolder: string): string | undefined {
  const name = pointedAt(specialistFolder);
  const model = name === undefined ? undefined : join(specialistFolder, name);
  return model !== undefined && isModel(model) ? model : undefined;
}

/** For a model that is not in use yet; one that never comes to be is swept by the next run. */
export function newModelFolder(specialistFolder: string): string {
  return join(specialistFolder, `${PREFIX}${randomUUID()}`);
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

/** The folder that holds a finished model with these weights: in use, being made, or left by a run that died; undefined: none. */
export function modelFolderOf(weights: Sha256, specialistFolder: string): string | undefined {
  const names = [WORK, ...namesIn(specialistFolder).filter((name) => name.startsWith(PREFIX))];
  return names
    .map((name) => join(specialistFolder, name))
    .find((model) => isModel(model) && weightsOf(model) === weights);
}

/** Of the model's own file, or its adapter's. */
export function weightsOf(model: string): Sha256 {
  return sha256Of(join(model, existsSync(join(model, WEIGHTS)) ? WEIGHTS : ADAPTER));
}

/**
 * Puts a finished model in use, from the work folder or from where it lies. The one before it stays on disk until the next run, for who
 * still has it open.
 */
export function keepModel(specialistFolder: string, made = workFolder(specialistFolder)): void {
  const isNew = made === workFolder(specialistFolder);
  const model = isNew ? newModelFolder(specialistFolder) : made;
  const name = basename(model);
  if (isNew) {
    listFiles(made);
    renameSync(made, model);
  }
  replaceFile(join(specialistFolder, POINTER), [new TextEncoder().encode(JSON.stringify({ folder: name }))]);
}

/** Removes models that are not in use any more, but for one that is going to be. */
export function sweepModels(specialistFolder: string, but?: string): void {
  const current = pointedAt(specialistFolder);
  for (const name of namesIn(specialistFolder)) {
    const model = join(specialistFolder, name);
    if (name.startsWith(PREFIX) && name !== current && model !== but) rmSync(model, { recursive: true, force: true });
  }
}

/** What was trained and not kept leaves nothing behind; what is being trained stays. */
export function dropWork(specialistFolder: string): void {
  const work = workFolder(specialistFolder);
  if (isModel(work)) rmSync(work, { recursive: true, force: true });
}

/** Back to the base. */
export function dropModel(specialistFolder: string): void {
  rmSync(join(specialistFolder, POINTER), { force: true });
  sweepModels(specialistFolder);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
