// Hugging Face's safetensors: an 8-byte header length, a JSON header, then the tensors' bytes. f32, f16 and bf16 become f32.
import { CodedError, messageOf } from '../common/errors.ts';
import { fromBfloat, fromHalf, toBfloat, toHalf } from '../common/half.ts';

export type StoredType = 'F32' | 'F16' | 'BF16';

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface SafetensorsFile {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const BYTES: Readonly<Record<StoredType, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Throws CodedError 'corrupt' on bytes that are truncated or no safetensors file; 'unsupported' on other element types. */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const corrupt = (why: string, cause?: unknown) =>
    new CodedError('corrupt', `The model file is damaged or no safetensors file: ${why}.`, { cause });
  if (bytes.length < 8) throw corrupt('it is too short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) throw corrupt('its header is cut off');
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, Entry>;
  } catch (cause) {
    throw corrupt(`its header is not JSON (${messageOf(cause)})`, cause);
  }
  const { __metadata__: metadata = {}, ...entries } = header as { __metadata__?: Record<string, string> } & Record<
    string,
    Entry
  >;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries as Record<string, Entry>)) {
    const width = BYTES[dtype as StoredType];
    if (!width)
      throw new CodedError('unsupported', `Tensor '${name}' is stored as ${dtype}; F32, F16 and BF16 are supported.`);
    const [start, end] = data_offsets ?? [0, -1];
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (end - start !== size * width) throw corrupt(`tensor '${name}' has the wrong length`);
    if (8 + length + end > bytes.length) throw corrupt(`it ends before tensor '${name}'`);
    tensors.set(name, {
      shape,
      data: decode(new Uint8Array(bytes.subarray(8 + length + start, 8 + length + end)), dtype as StoredType),
    });
  }
  return { tensors, metadata };
}

/** `bytes` is a copy that starts its own buffer (a Buffer's slice() would not), so that the typed arrays are aligned. */
function decode(bytes: Uint8Array<ArrayBuffer>, type: StoredType): Float32Array {
  if (type === 'F32') return new Float32Array(bytes.buffer);
  const from = type === 'F16' ? fromHalf : fromBfloat;
  return Float32Array.from(new Uint16Array(bytes.buffer), from);
}

/** The file's pieces in order, to be written one after the other: f32 tensors are not copied. */
export function writeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  type: StoredType = 'F32',
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const piece = encode(data, type);
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + piece.length] };
    offset += piece.length;
    pieces.push(piece);
  }
  let text = JSON.stringify(header);
  // Tensors start at a multiple of 8, so that readers can map them.
  text += ' '.repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8);
  const head = new TextEncoder().encode(text);
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(head.length), true);
  return [start, head, ...pieces];
}

function encode(data: Float32Array, type: StoredType): Uint8Array {
  if (type === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(Uint16Array.from(data, type === 'F16' ? toHalf : toBfloat).buffer);
}
