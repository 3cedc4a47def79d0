// Hugging Face's safetensors: an 8-byte header length, a JSON header, then the tensors' bytes. f32 and f16 are read
// as f32; u8 stays.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { messageOf } from '../../common/errors.ts';
import { fromHalf, toHalf } from '../../common/half.ts';
import { quoted } from '../../common/plain-text.ts';
import { isObject } from '../../common/schemas.ts';
import { elements } from '../architecture/parameters.ts';
import { unusable } from './unusable.ts';

export type StoredType = 'F32' | 'F16';

interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface StoredBytes {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

interface SafetensorsFile {
  readonly tensors: Map<string, StoredTensor>;
  /** Tensors of type U8. */
  readonly bytes: Map<string, StoredBytes>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor's entry in the header, validated. */
interface TensorEntry {
  readonly name: string;
  readonly type: StoredType | 'U8';
  readonly shape: readonly number[];
  /** Offsets after the header, bytes. */
  readonly start: number;
  readonly end: number;
}

const BYTES = new Map<unknown, number>([
  ['F32', 4],
  ['F16', 2],
  ['U8', 1],
] satisfies [StoredType | 'U8', number][]);

/**
 * Throws CodedError 'corrupt' on truncated or foreign bytes, 'unsupported' on other element types. The header is
 * checked against the file before anything is copied, and tensors may not overlap: memory is at most twice the file.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  if (bytes.length < 8) throw corrupt('it is too short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) throw corrupt('its header is cut off');
  const data = bytes.subarray(8 + length);
  const { entries, metadata } = readHeader(bytes.subarray(8, 8 + length), data.length);
  const tensors = new Map<string, StoredTensor>();
  const raw = new Map<string, StoredBytes>();
  for (const { name, type, shape, start, end } of entries) {
    const part = data.subarray(start, end);
    // Bytes need no alignment, so the bulk of a packed model is not copied.
    if (type === 'U8') raw.set(name, { shape, data: part });
    else tensors.set(name, { shape, data: decode(new Uint8Array(part), type) });
  }
  return { tensors, bytes: raw, metadata };
}

/** The metadata of a file, without its tensors. Throws as `readSafetensors` does, and if it cannot be read. */
export function readMetadata(path: string): SafetensorsFile['metadata'] {
  const file = openSync(path, 'r');
  try {
    const start = new Uint8Array(8);
    readSync(file, start);
    const length = Number(new DataView(start.buffer).getBigUint64(0, true));
    // Compared with the file before memory is allocated.
    const available = fstatSync(file).size - 8 - length;
    if (available < 0) throw corrupt('its header is cut off');
    const header = new Uint8Array(length);
    readSync(file, header);
    return readHeader(header, available).metadata;
  } finally {
    closeSync(file);
  }
}

/** @param available bytes after the header */
function readHeader(
  bytes: Uint8Array,
  available: number,
): { readonly entries: readonly TensorEntry[]; readonly metadata: Readonly<Record<string, string>> } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw corrupt(`its header is not JSON (${messageOf(cause)})`, cause);
  }
  if (!isObject(header)) throw corrupt('its header is not an object');
  const { __metadata__: metadata = {}, ...described } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw corrupt('its metadata are not texts');
  }
  const entries = Object.entries(described).map(([name, entry]) => entryOf(name, entry, available));
  let used = 0;
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < used) throw corrupt(`tensor ${quoted(name)} overlaps another`);
    used = end;
  }
  return { entries, metadata: metadata as Record<string, string> };
}

const corrupt = (why: string, cause?: unknown) =>
  unusable('corrupt', `The model file is damaged or not a safetensors file: ${why}`, cause);

function entryOf(name: string, entry: unknown, available: number): TensorEntry {
  if (!isObject(entry)) throw corrupt(`tensor ${quoted(name)} is not described`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const width = BYTES.get(dtype);
  if (width === undefined)
    throw unusable(
      'unsupported',
      `Tensor ${quoted(name)} is stored as ${quoted(dtype)}; F32, F16 and U8 are supported`,
    );
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw corrupt(`tensor ${quoted(name)} has no usable shape or offsets`);
  }
  const [start, end] = offsets as [number, number];
  if (end - start !== elements(shape) * width) throw corrupt(`tensor ${quoted(name)} has the wrong length`);
  if (end > available) throw corrupt(`it ends before tensor ${quoted(name)}`);
  return { name, type: dtype as TensorEntry['type'], shape, start, end };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}

/** `bytes` must start its own buffer (a Buffer's slice() would not), so that the typed arrays are aligned. */
function decode(bytes: Uint8Array<ArrayBuffer>, type: StoredType): Float32Array {
  if (type === 'F32') return new Float32Array(bytes.buffer);
  return Float32Array.from(new Uint16Array(bytes.buffer), fromHalf);
}

/** The file's pieces in order; f32 tensors are not copied. */
export function* writeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  type: StoredType = 'F32',
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let total = 0;
  for (const [name, { shape }] of tensors) {
    const start = total;
    total += elements(shape) * (BYTES.get(type) as number);
    header[name] = { dtype: type, shape, data_offsets: [start, total] };
  }
  yield headerBytes(header);
  for (const [, { data }] of tensors) yield encode(data, type);
}

/** Header length, header as JSON, padding: tensors start at a multiple of 8, so that readers can map them. */
function headerBytes(header: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 * Math.ceil((8 + text.length) / 8)).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(text, 8);
  return bytes;
}

function encode(data: Float32Array, type: StoredType): Uint8Array {
  if (type === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(Uint16Array.from(data, toHalf).buffer);
}
