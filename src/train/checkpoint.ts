// A training run on disk: parameters, optimiser state and step, enough to go on as if nothing had happened.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { CodedError, messageOf } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { allFinite } from '../model/parameters.ts';
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts';
import type { TrainingState } from './stepper.ts';

const FORMAT = '1';

/** Identifies what a checkpoint can continue: anything that changes the meaning of its numbers. Key order does not matter. */
export function fingerprint(parts: unknown): string {
  const canonical = JSON.stringify(parts, (_, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(canonical).digest('hex').slice(0, 32);
}

/** Throws CodedError 'diverged', and leaves the last checkpoint alone, where a value is no number. */
export function saveCheckpoint(
  path: string,
  state: TrainingState,
  shapes: ReadonlyMap<string, readonly number[]>,
  identity: string,
): void {
  let sum = 0;
  for (const [name, data] of state.tensors) {
    checkFinite(name, data, 'diverged');
    sum = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), sum);
  }
  const tensors = [...state.tensors].map(
    ([name, data]) => [name, { shape: shapes.get(name) ?? [data.length], data }] as const,
  );
  const metadata = { format: FORMAT, step: String(state.step), identity, crc32: String(sum) };
  replaceFile(path, writeSafetensors(tensors, 'F32', metadata));
}

/** Undefined where there is none. Throws CodedError 'corrupt' on one that is damaged, of another run, or bears a NaN. */
export function loadCheckpoint(path: string, identity: string): TrainingState | undefined {
  if (!existsSync(path)) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new CodedError('unreadable', `The checkpoint cannot be read: ${messageOf(cause)}`, { cause });
  }
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== FORMAT || metadata.identity !== identity) {
    throw new CodedError('corrupt', 'The checkpoint belongs to another model or other settings. Start the run anew.');
  }
  let sum = 0;
  const out = new Map<string, Float32Array>();
  for (const [name, { data }] of tensors) {
    sum = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), sum);
    checkFinite(name, data, 'corrupt');
    out.set(name, data);
  }
  if (String(sum) !== metadata.crc32) throw new CodedError('corrupt', 'The checkpoint is damaged. Start the run anew.');
  return { step: Number(metadata.step), tensors: out };
}

function checkFinite(name: string, data: Float32Array, code: 'diverged' | 'corrupt'): void {
  if (allFinite(data)) return;
  throw new CodedError(code, `The training state '${name}' holds values that are no numbers.`);
}
