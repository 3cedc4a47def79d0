// A foreign model: its config, and the location of each parameter in its files, to be read piece by piece.

import { type FileHandle, open, stat } from 'node:fs/promises';
import { CodedError, messageOf } from '../../../common/errors.ts';
import { quoted } from '../../../common/plain-text.ts';
import type { ModelConfig } from '../../architecture/config.ts';
import { parameterSpecs } from '../../architecture/parameters.ts';
import { BLOCK } from '../../architecture/quantize.ts';
import type { BlockType } from './stored-numbers.ts';

/** A matrix [rows, columns], or a vector as one row, in a file. */
export interface TensorLocation {
  /** Index of the file in the source. */
  readonly file: number;
  /** Bytes from the file's beginning. */
  readonly start: number;
  readonly type: BlockType;
  readonly rows: number;
  readonly columns: number;
  /** Rows of a head, if its rotated pairs are interleaved, which is llama.cpp's order and not ours. */
  readonly interleavedHeadRows?: number;
}

/** A file, with its size and time when its header was read. */
export interface WeightsFile {
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
}

export interface ModelSource {
  /** The name in the metadata. */
  readonly name: string;
  /** The licence in the metadata, which a distributor may have changed. Undefined: none is stated. */
  readonly licence: string | undefined;
  readonly config: ModelConfig;
  readonly files: readonly WeightsFile[];
  /** By the names of our parameters, one each. */
  readonly locations: ReadonlyMap<string, TensorLocation>;
  /** In the layout of Hugging Face's tokenizer.json. */
  readonly tokenizer: unknown;
  /** Names of the tokens that end a text. */
  readonly ends: readonly string[];
}

/** Advice for a file that cannot be used. */
export const ADVICE = 'Choose another file, or download it again.';

export const corrupt = (what: string, cause?: unknown) =>
  new CodedError('corrupt', `The model cannot be used: ${what}. ${ADVICE}`, { cause });
export const unsupported = (what: string, advice = 'Choose another one.') =>
  new CodedError('unsupported', `The model cannot be used: ${what}. ${advice}`);

/** Advice for a file that only our tokenizer cannot read. */
export const SERVE_IT =
  "Choose another one, or run it in llama.cpp's server and choose that with 'Easy Adaptation: Choose the Large Model…'.";

/** For models with a SentencePiece tokenizer ('llama' in a GGUF): CodeLlama, CodeGemma, Mistral. */
export const KNOWN_KIND =
  "byte-pair encodings over bytes are read ('gpt2' in a GGUF), which Qwen2.5-Coder, StarCoder2, DeepSeek-Coder, Granite, Llama 3 and SmolLM2 have, and not SentencePiece's";

/** Opens regular files only: a pipe would block. Throws CodedError 'unreadable'. */
export async function openPlain(path: string): Promise<{ readonly handle: FileHandle; readonly file: WeightsFile }> {
  try {
    if (!(await stat(path)).isFile()) throw new Error('it is no plain file');
    const handle = await open(path, 'r');
    const { size: bytes, mtimeMs: changedMs } = await handle.stat();
    return { handle, file: { path, bytes, changedMs } };
  } catch (cause) {
    throw new CodedError('unreadable', `${path} cannot be read: ${messageOf(cause)}. ${ADVICE}`, { cause });
  }
}

/** Tensors that add nothing: they follow from config.json, or repeat the embedding as the output matrix. */
const SPARE = /\.rotary_emb\.inv_freq$|^lm_head\.weight$/;

/** Bytes of a tensor in its file. */
export function bytesOf({ rows, columns, type }: Pick<TensorLocation, 'rows' | 'columns' | 'type'>): number {
  return (rows * columns * type.bytes) / type.values;
}

/**
 * Checks, before anything is read or allocated, that every parameter has its shape and lies inside its file. Throws
 * CodedError 'corrupt'.
 */
export function checkLocations({
  config,
  locations,
  files,
}: Pick<ModelSource, 'config' | 'locations' | 'files'>): void {
  const known = new Set(parameterSpecs(config).map(({ name }) => name));
  // If an unknown tensor were ignored, the model would have wrong results.
  const stranger = [...locations.keys()].find((name) => !known.has(name) && !SPARE.test(name));
  if (stranger !== undefined) throw unsupported(`it has an unknown tensor: ${quoted(stranger)}`);
  for (const { name, shape } of parameterSpecs(config)) {
    const location = locations.get(name);
    if (!location) throw corrupt(`it has no '${name}'`);
    const isMatrix = shape.length === 2;
    const fits = isMatrix
      ? location.rows === shape[0] && location.columns === shape[1]
      : location.rows * location.columns === shape[0] && location.type.values === 1;
    if (!fits) throw corrupt(`'${name}' is [${location.rows}, ${location.columns}], not [${shape.join(', ')}]`);
    if (isMatrix && location.columns % BLOCK !== 0) {
      throw unsupported(`the rows of '${name}' do not have a multiple of ${BLOCK} values`);
    }
    const end = location.start + bytesOf(location);
    if (!Number.isSafeInteger(end) || end > (files[location.file]?.bytes ?? 0)) {
      throw corrupt(`the file ends before '${name}' does; it was cut off`);
    }
  }
}

/** Reads rows of a source's parameters into one reused buffer. */
export class RowReader {
  private readonly handles: readonly FileHandle[];
  private raw = new Uint8Array(0);

  private constructor(handles: readonly FileHandle[]) {
    this.handles = handles;
  }

  /** Throws CodedError 'unreadable', and 'corrupt' if a file has changed since its header was read. */
  static async open(files: readonly WeightsFile[]): Promise<RowReader> {
    const handles: FileHandle[] = [];
    const reader = new RowReader(handles);
    try {
      for (const known of files) {
        const { handle, file } = await openPlain(known.path);
        handles.push(handle);
        if (file.bytes !== known.bytes || file.changedMs !== known.changedMs) {
          throw corrupt(`${known.path} is being written`);
        }
      }
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** Reads rows `from` to `from + count` to the front of `into`; whole heads if rows are interleaved. */
  async read(location: TensorLocation, from: number, count: number, into: Float32Array): Promise<void> {
    const { type, columns, start, interleavedHeadRows } = location;
    const rowBytes = bytesOf({ rows: 1, columns, type });
    const size = rowBytes * count;
    if (this.raw.length < size) this.raw = new Uint8Array(size);
    for (let done = 0; done < size; ) {
      const at = start + from * rowBytes + done;
      const { bytesRead } = await (this.handles[location.file] as FileHandle).read(this.raw, done, size - done, at);
      if (bytesRead === 0) throw corrupt('the file ends before its parameters do');
      done += bytesRead;
    }
    const view = new DataView(this.raw.buffer);
    const blocks = columns / type.values;
    for (let row = 0; row < count; row++) {
      type.read(
        view,
        (interleavedHeadRows ? neighbour(row, interleavedHeadRows) : row) * rowBytes,
        blocks,
        into,
        row * columns,
      );
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.handles.map((handle) => handle.close()));
  }
}

/** The row's place in the interleaved order, where rows i and i + half of a head are neighbours. */
function neighbour(row: number, head: number): number {
  const location = row % head;
  const half = head / 2;
  return row - location + (location < half ? 2 * location : 2 * (location - half) + 1);
}
