// A training run on disk: parameters, optimiser state, step and plan. A resumed run continues exactly.

import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { CodedError, messageOf } from '../../common/errors.ts';
import { replaceFileInTurns } from '../../common/files.ts';
import { quoted } from '../../common/plain-text.ts';
import { allFinite, type Weights } from '../architecture/parameters.ts';
import { readSafetensors, writeSafetensors } from '../models/safetensors.ts';
import type { TrainingState } from './stepper.ts';

/**
 * Increased when the values in a checkpoint change their meaning. 1: `exp_avg` as in PyTorch; 2: `exp_avg` is scaled
 * (optimizer.ts), and plan and validation are stored.
 */
const FORMAT = '2';

export interface Checkpoint extends TrainingState {
  /** The state of the run without its tensors, as JSON. This file does not read it. */
  readonly progress: unknown;
}

/** Hash of everything that the values of a checkpoint depend on. Key order does not matter. */
export function fingerprint(parts: unknown): string {
  const canonical = JSON.stringify(parts, (_, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(canonical).digest('hex').slice(0, 32);
}

/** Hash of long arrays, in order. */
export function digest(arrays: Iterable<Int32Array | Float32Array | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const data of arrays) hash.update(bytesOf(data)).update(`/${data.length}/`);
  return hash.digest('hex').slice(0, 32);
}

const bytesOf = (data: Int32Array | Float32Array | Uint8Array) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * Throws CodedError 'diverged', and keeps the last checkpoint, if a value is not finite.
 * @param yieldThread awaited every few milliseconds; it must not change the tensors
 */
export async function saveCheckpoint(
  path: string,
  { step, tensors, progress }: Checkpoint,
  shapes: ReadonlyMap<string, readonly number[]>,
  identity: string,
  yieldThread: () => Promise<void> = async () => {},
): Promise<void> {
  let sum = 0;
  for (const [name, data] of tensors) {
    checkFinite(name, data, 'diverged');
    sum = crc32(bytesOf(data), sum);
    await yieldThread();
  }
  const stored = [...tensors].map(
    ([name, data]) => [name, { shape: shapes.get(name) ?? [data.length], data }] as const,
  );
  const metadata = {
    format: FORMAT,
    step: String(step),
    identity,
    progress: JSON.stringify(progress),
    crc32: String(sum),
  };
  await replaceFileInTurns(path, writeSafetensors(stored, 'F32', metadata), yieldThread);
}

/**
 * Undefined if there is no checkpoint. Throws CodedError 'corrupt' if it is damaged, belongs to another run, has an
 * earlier format, or contains NaN; 'newer-version' if it has a later format.
 */
export function loadCheckpoint(path: string, identity: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const message = `The checkpoint cannot be read: ${messageOf(cause)}. Start the run again.`;
    throw new CodedError('unreadable', message, { cause });
  }
  const { tensors, metadata } = readSafetensors(bytes);
  checkFormat(metadata.format);
  if (metadata.identity !== identity) {
    throw new CodedError(
      'corrupt',
      'The checkpoint belongs to another model, other text or other settings. Start the run again.',
    );
  }
  let sum = 0;
  const out = new Map<string, Float32Array>();
  for (const [name, { data }] of tensors) {
    sum = crc32(bytesOf(data), sum);
    checkFinite(name, data, 'corrupt');
    out.set(name, data);
  }
  if (String(sum) !== metadata.crc32)
    throw new CodedError('corrupt', 'The checkpoint is damaged. Start the run again.');
  const step = Number(metadata.step);
  const progress = parseJson(metadata.progress);
  if (!Number.isSafeInteger(step) || step < 0 || progress === undefined) {
    throw new CodedError(
      'corrupt',
      'The checkpoint is damaged: it has no usable step or progress. Start the run again.',
    );
  }
  return { step, tensors: out, progress };
}

/** Undefined if it is not JSON. */
function parseJson(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return undefined;
  }
}

/** Step and progress of a checkpoint, without reading its tensors; undefined if there is no readable checkpoint. */
export function checkpointStatus(path: string): { readonly step: number; readonly progress: unknown } | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const start = new Uint8Array(8);
    readSync(file, start);
    const length = Number(new DataView(start.buffer).getBigUint64(0, true));
    // The header's length is compared with the file before memory is allocated.
    if (length > fstatSync(file).size) return undefined;
    const header = new Uint8Array(length);
    readSync(file, header);
    const { __metadata__: metadata } = JSON.parse(new TextDecoder().decode(header));
    if (metadata.format !== FORMAT) return undefined;
    return { step: Number(metadata.step), progress: JSON.parse(metadata.progress) };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function checkFormat(format: string | undefined): void {
  if (format === FORMAT) return;
  if (Number(format) > Number(FORMAT)) {
    throw new CodedError(
      'newer-version',
      `The checkpoint has format ${format?.slice(0, 20)}, from a later version of the extension; this one reads format ${FORMAT}. Update the extension, or start the run again.`,
    );
  }
  throw new CodedError(
    'corrupt',
    `The checkpoint has format ${format?.slice(0, 20) ?? 'unknown'}, from an earlier version of the extension; this one reads format ${FORMAT}. Start the run again.`,
  );
}

/** Saves the parameters without the optimiser's state. */
export async function saveParameters(
  path: string,
  parameters: Weights,
  shapes: ReadonlyMap<string, readonly number[]>,
  metadata: Readonly<Record<string, string>>,
  yieldThread: () => Promise<void>,
): Promise<void> {
  const stored = [...parameters].map(
    ([name, data]) => [name, { shape: shapes.get(name) ?? [data.length], data }] as const,
  );
  await replaceFileInTurns(path, writeSafetensors(stored, 'F32', metadata), yieldThread);
}

function checkFinite(name: string, data: Float32Array, code: 'diverged' | 'corrupt'): void {
  if (allFinite(data)) return;
  throw new CodedError(
    code,
    `The training state ${quoted(name)} contains NaN or infinite values. Start the run again.`,
  );
}
