// The files of a training run in its folder: checkpoint, best parameters, and the record of a finished run.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as v from 'valibot';
import { CodedError, messageOf } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { readJson } from '../../common/json.ts';
import { isObject } from '../../common/schemas.ts';
import { allFinite, type Weights } from '../architecture/parameters.ts';
import { ADAPTER } from '../models/manifest.ts';
import { readMetadata, readSafetensors, writeSafetensors } from '../models/safetensors.ts';
import type { Adapted } from './request.ts';
import type { TimedPlan } from './schedule.ts';
import type { TrainingState } from './stepper.ts';
import type { ValidationLoss } from './validation.ts';

const CHECKPOINT_FILE = 'checkpoint.safetensors';
const BEST_FILE = 'best.safetensors';
const RECORD_FILE = 'training.json';

/** The part of a checkpoint that is not tensors. */
export interface TrainingProgress extends TimedPlan {
  /** In order. */
  validations: ValidationLoss[];
}

export interface Checkpoint extends TrainingState {
  readonly progress: TrainingProgress;
}

/** Names the run that a file belongs to: see `identityOf`. */
interface RunFolder {
  readonly out: string;
  readonly identity: string;
}

/** Throws CodedError 'diverged', and keeps the last checkpoint, if a value is not finite. */
export function saveCheckpoint({ out, identity }: RunFolder, { step, tensors, progress }: Checkpoint): void {
  let sum = 0;
  for (const [name, data] of tensors) {
    if (!allFinite(data)) throw new CodedError('diverged', `${notFinite(name)} Start the run again.`);
    sum = crc32(bytesOf(data), sum);
  }
  const progressJson = JSON.stringify(progress);
  const metadata = { step: String(step), identity, progress: progressJson, crc32: String(sum) };
  writeTensors(join(out, CHECKPOINT_FILE), tensors, metadata);
}

/** Saves the parameters of the best validation, without the optimiser's state. */
export function saveBest({ out, identity }: RunFolder, parameters: Weights): void {
  writeTensors(join(out, BEST_FILE), parameters, { identity });
}

/** Undefined if this run saved none. Throws CodedError 'corrupt' if the file is damaged. */
export function loadBest({ out, identity }: RunFolder): Map<string, Float32Array> | undefined {
  const path = join(out, BEST_FILE);
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = readSafetensors(readFileSync(path));
  if (metadata.identity !== identity) return undefined;
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

function writeTensors(path: string, tensors: Weights, metadata: Readonly<Record<string, string>>): void {
  const stored = [...tensors].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  replaceFile(path, writeSafetensors(stored, 'F32', metadata));
}

/**
 * The run's checkpoint; undefined if there is none. One that cannot be used is deleted, and `onNote` gets a message for
 * the user.
 * @param sizes of its tensors, by name
 */
export function resumableCheckpoint(
  folder: RunFolder,
  sizes: ReadonlyMap<string, number>,
  onNote: (note: string) => void = () => {},
): Checkpoint | undefined {
  try {
    return loadCheckpoint(folder, sizes);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    onNote(`The checkpoint of an earlier run was not used, and training started again. ${error.message}`);
    deleteCheckpoint(folder.out);
    return undefined;
  }
}

function deleteCheckpoint(out: string): void {
  for (const name of [CHECKPOINT_FILE, BEST_FILE]) rmSync(join(out, name), { force: true, recursive: true });
}

/**
 * Throws CodedError 'unreadable', or 'corrupt' if it is damaged, belongs to another run or contains NaN.
 */
function loadCheckpoint({ out, identity }: RunFolder, sizes: ReadonlyMap<string, number>): Checkpoint | undefined {
  const path = join(out, CHECKPOINT_FILE);
  if (!existsSync(path)) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new CodedError('unreadable', `The checkpoint cannot be read: ${messageOf(cause)}.`, { cause });
  }
  const { tensors: stored, metadata } = readSafetensors(bytes);
  if (metadata.identity !== identity) {
    throw new CodedError('corrupt', 'It belongs to another model, other text, other settings or another version.');
  }
  const tensors = new Map<string, Float32Array>();
  let sum = 0;
  for (const [name, { data }] of stored) {
    sum = crc32(bytesOf(data), sum);
    if (!allFinite(data)) throw new CodedError('corrupt', notFinite(name));
    tensors.set(name, data);
  }
  const isWhole = [...sizes].every(([name, size]) => tensors.get(name)?.length === size);
  if (String(sum) !== metadata.crc32 || !isWhole) throw new CodedError('corrupt', 'The checkpoint is damaged.');
  // The header has no checksum.
  const status = statusIn(metadata);
  if (!status) throw new CodedError('corrupt', 'The checkpoint is damaged: it has no usable step or progress.');
  return { step: status.step, tensors, progress: status.progress };
}

export type TrainingStatus =
  /** There is a checkpoint. `seconds`: spent so far. */
  | { readonly kind: 'training'; readonly step: number; readonly totalSteps: number; readonly seconds: number }
  /** It has finished and is not repeated. */
  | { readonly kind: 'trained' };

/** Undefined if there is neither a checkpoint nor a result. */
export function trainingStatusOf(out: string): TrainingStatus | undefined {
  const found = checkpointStatus(out);
  if (!found) return existsSync(join(out, RECORD_FILE)) ? { kind: 'trained' } : undefined;
  const { plan, seconds } = found.progress;
  return { kind: 'training', step: found.step, totalSteps: plan.totalSteps, seconds };
}

/** A checkpoint without its tensors; undefined if there is no readable one. */
function checkpointStatus(out: string): Omit<Checkpoint, 'tensors'> | undefined {
  try {
    return statusIn(readMetadata(join(out, CHECKPOINT_FILE)));
  } catch {
    return undefined;
  }
}

/** Undefined if step or progress are unusable. */
function statusIn(metadata: Readonly<Record<string, unknown>>): Omit<Checkpoint, 'tensors'> | undefined {
  try {
    const step = Number(metadata.step);
    const progress = JSON.parse(String(metadata.progress));
    const isUsable =
      Number.isSafeInteger(step) &&
      step >= 0 &&
      Number.isSafeInteger(progress.plan.totalSteps) &&
      Number.isFinite(progress.seconds) &&
      Array.isArray(progress.validations);
    return isUsable ? { step, progress } : undefined;
  } catch {
    return undefined;
  }
}

/** Stores the result, and deletes the checkpoint. */
export function recordFinished(
  { out, identity }: RunFolder,
  budgetSeconds: number | undefined,
  adapted: Adapted,
): void {
  const record = JSON.stringify({ identity, budgetSeconds, adapted });
  replaceFile(join(out, RECORD_FILE), [new TextEncoder().encode(record)]);
  deleteCheckpoint(out);
}

const recordSchema = v.looseObject({
  identity: v.string(),
  budgetSeconds: v.optional(v.number()),
  adapted: v.custom<Adapted>(isObject),
});

/** The result of an earlier run with the same identity and budget. A damaged record counts as none: train again. */
export function finishedRun({ out, identity }: RunFolder, budgetSeconds: number | undefined): Adapted | undefined {
  const record = readJson(join(out, RECORD_FILE), recordSchema, { name: RECORD_FILE, advice: '' });
  const isSame = record.ok && record.value.identity === identity && record.value.budgetSeconds === budgetSeconds;
  return isSame && existsSync(join(out, ADAPTER)) ? record.value.adapted : undefined;
}

const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const notFinite = (name: string) => `The training state '${name.slice(0, 80)}' contains NaN or infinite values.`;
