// Writes the weights of an imported base piece by piece, in the layout of models/medium: matrices in 4-bit blocks of 32
// with a scale each, vectors as they are. No matrix is ever whole in memory. After a cancellation the written part
// stays.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { toHalf } from '../../../common/half.ts';
import { type ParameterSpec, parameterSpecs } from '../../architecture/parameters.ts';
import { BLOCK, quantize } from '../../architecture/quantize.ts';
import { packedNames } from '../packed.ts';
import { headerFor, type TensorEntry, type TensorShape } from '../safetensors.ts';
import { corrupt, type ModelSource, RowReader, type TensorLocation } from './source.ts';

/** 'values': unquantised, in f32, to test the readers. */
export type WeightForm = 'int4' | 'values';

export interface WeightWriteOptions {
  readonly form: WeightForm;
  /** Parameters that an earlier attempt has written, in the order of `parameterSpecs`. */
  readonly from: number;
  readonly signal: AbortSignal;
  /** Called after each parameter. */
  readonly onWritten: (done: number, bytes: number) => void | Promise<void>;
  /** Called now and then, and on cancellation: so many parameters are safely on disk. */
  readonly onKept?: (done: number) => void;
}

/** Bytes between two points that an interrupted attempt can resume from. */
const KEPT_EVERY = 32e6;

/** Values in memory at a time, unless one row or one head has more. */
const AT_ONCE = 1 << 17;
/** Bytes hashed at a time. */
const PIECE = 1 << 22;

/** The tensors that a parameter becomes. */
function tensorsOf({ name, shape }: ParameterSpec, form: WeightForm): TensorShape[] {
  const [rows, columns] = shape;
  if (form === 'values' || rows === undefined || columns === undefined) return [{ name, type: 'F32', shape }];
  const { data, scales } = packedNames(name);
  const blocks = columns / BLOCK;
  return [
    { name: data, type: 'U8', shape: [rows, blocks, BLOCK / 2] },
    { name: scales, type: 'F16', shape: [rows, blocks] },
  ];
}

function layoutOf({ config }: Pick<ModelSource, 'config'>, form: WeightForm) {
  return headerFor(parameterSpecs(config).flatMap((spec) => tensorsOf(spec, form)));
}

/** Bytes of the file, or of its beginning up to the end of so many parameters. */
export function sizeOf({ config }: Pick<ModelSource, 'config'>, parameters = Number.POSITIVE_INFINITY): number {
  const { bytes, entries } = layoutOf({ config }, 'int4');
  const within = parameterSpecs(config).slice(0, parameters);
  const ends = within.flatMap((spec) => tensorsOf(spec, 'int4').map(({ name }) => entries.get(name)?.end ?? 0));
  return bytes.length + Math.max(0, ...ends);
}

/**
 * Throws CodedError 'corrupt' or 'unreadable', the signal's reason, and errors of the file system. @param path of a
 * file that may exist
 */
export async function writeWeights(path: string, source: ModelSource, options: WeightWriteOptions): Promise<void> {
  const { form, from, signal, onWritten, onKept } = options;
  const { bytes, entries, total } = layoutOf(source, form);
  const specs = parameterSpecs(source.config);
  const reader = await RowReader.open(source.files);
  const file = await open(path, from === 0 ? 'w' : 'r+');
  // One array for all parameters: discarded arrays are not freed at once.
  const values = new Float32Array(
    Math.max(...specs.map(({ name }) => roomFor(source.locations.get(name) as TensorLocation))),
  );
  let done = from;
  const keep = async () => {
    await file.sync();
    onKept?.(done);
  };
  try {
    if (from === 0) await put(file, bytes, 0);
    let written = bytes.length;
    let kept = 0;
    for (const [index, spec] of specs.entries()) {
      const targets = tensorsOf(spec, form).map(({ name }) => entries.get(name) as TensorEntry);
      written += targets.reduce((sum, { start, end }) => sum + end - start, 0);
      if (index < from) continue;
      const location = source.locations.get(spec.name) as TensorLocation;
      await writeParameter(file, reader, location, spec, targets, bytes.length, values, signal);
      done = index + 1;
      await onWritten(done, written);
      if (written - kept < KEPT_EVERY) continue;
      kept = written;
      await keep();
    }
    await file.truncate(bytes.length + total);
    await file.sync();
  } catch (error) {
    if (signal.aborted) await keep();
    throw error;
  } finally {
    await file.close();
    await reader.close();
  }
}

/** Whole heads, where rows are paired. */
function rowsAtOnce({ rows, columns, paired = 1 }: TensorLocation): number {
  return Math.min(rows, Math.max(paired, Math.floor(AT_ONCE / columns / paired) * paired));
}

function roomFor(location: TensorLocation): number {
  return rowsAtOnce(location) * location.columns;
}

/**
 * @param values room for some rows
 * @param targets one tensor of values, or the bytes and the scales of blocks
 */
async function writeParameter(
  file: FileHandle,
  reader: RowReader,
  location: TensorLocation,
  { name }: ParameterSpec,
  targets: readonly TensorEntry[],
  base: number,
  values: Float32Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<void> {
  const { rows, columns } = location;
  const step = rowsAtOnce(location);
  const [first, second] = targets as readonly [TensorEntry, TensorEntry | undefined];
  for (let row = 0; row < rows; row += step) {
    signal.throwIfAborted();
    const count = Math.min(step, rows - row);
    await reader.read(location, row, count, values);
    const some = values.subarray(0, count * columns);
    if (!some.every(Number.isFinite)) throw corrupt(`'${name}' holds values that are not numbers`);
    if (!second) {
      await put(file, new Uint8Array(some.buffer, 0, some.byteLength), base + first.start + row * columns * 4);
      continue;
    }
    const { packed, scales } = quantize(some, count, columns, 4);
    const halves = Uint16Array.from(scales, toHalf);
    if (halves.some((half) => (half & 0x7c00) === 0x7c00)) throw corrupt(`'${name}' holds values that are too large`);
    await put(file, packed, base + first.start + (row * columns) / 2);
    await put(file, new Uint8Array(halves.buffer), base + second.start + ((row * columns) / BLOCK) * 2);
  }
}

async function put(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

/** SHA-256 of a file, read piece by piece. @param onRead called with the bytes read so far */
export async function hashOf(
  path: string,
  signal: AbortSignal,
  onRead: (bytes: number) => void = () => {},
): Promise<string> {
  const file = await open(path, 'r');
  const hash = createHash('sha256');
  const piece = new Uint8Array(PIECE);
  let done = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, PIECE, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
      done += bytesRead;
      onRead(done);
    }
  } finally {
    await file.close();
  }
}
