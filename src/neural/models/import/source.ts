// A model as somebody else wrote it, understood: its shape, and where each of its parameters lies in which file, to be read piece by piece.
import { type FileHandle, open, stat } from 'node:fs/promises';
import { CodedError, messageOf } from '../../../common/errors.ts';
import type { ModelConfig } from '../../architecture/config.ts';
import { parameterSpecs } from '../../architecture/parameters.ts';
import { BLOCK } from '../../architecture/quantize.ts';
import type { BlockType } from './stored-numbers.ts';

/** A matrix [rows, columns], or a vector as one row, as a file holds it. */
export interface TensorLocation {
  /** Which of the source's files. */
  readonly file: number;
  /** Bytes from the file's beginning. */
  readonly start: number;
  readonly type: BlockType;
  readonly rows: number;
  readonly columns: number;
  /** Rows of a head, where those that turn together lie beside each other: llama.cpp's order, and not ours. */
  readonly paired?: number;
  /** All values are multiplied by it. */
  readonly times?: number;
}

/** A file as it was when its header was read. */
export interface WeightsFile {
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
}

export interface ModelSource {
  /** As it calls itself. */
  readonly name: string;
  /** As it states it: whoever copied the file may have stated another one. Undefined: it states none. */
  readonly licence: string | undefined;
  readonly config: ModelConfig;
  readonly files: readonly WeightsFile[];
  /** By our parameters' names: one each. */
  readonly places: ReadonlyMap<string, TensorLocation>;
  /** In the layout of Hugging Face's tokenizer.json. */
  readonly tokenizer: unknown;
  /** Tokens that end a text, as the tokenizer names them. */
  readonly ends: readonly string[];
}

/** What to do where a file cannot be used. */
export const ADVICE = 'Choose another file, or download it again.';

export const corrupt = (what: string, cause?: unknown) =>
  new CodedError('corrupt', `The model cannot be used: ${what}. ${ADVICE}`, { cause });
export const unsupported = (what: string) =>
  new CodedError('unsupported', `The model cannot be used: ${what}. Choose another one.`);

/** For who has a model whose words are SentencePiece's ('llama' in a GGUF): CodeLlama, CodeGemma, Mistral. */
export const KNOWN_KIND =
  "byte-pair encodings over bytes are read ('gpt2' in a GGUF), which Qwen2.5-Coder, StarCoder2, DeepSeek-Coder, Granite, Llama 3 and SmolLM2 have, and not SentencePiece's";

/** Opens a plain file, and nothing else: a pipe would be waited for. Throws CodedError 'unreadable'. */
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

/** What may lie in a file and says nothing new: what follows from config.json, and the output matrix where it is the embedding. */
const SPARE = /\.rotary_emb\.inv_freq$|^lm_head\.weight$/;

/** Bytes that a place takes in its file. */
export function bytesOf({ rows, columns, type }: Pick<TensorLocation, 'rows' | 'columns' | 'type'>): number {
  return (rows * columns * type.bytes) / type.values;
}

/**
 * Every parameter must lie there with its own shape, wholly inside its file: nothing is read, and no memory taken, before that is so.
 * Throws CodedError 'corrupt'.
 */
export function checkPlaces({ config, places, files }: Pick<ModelSource, 'config' | 'places' | 'files'>): void {
  const known = new Set(parameterSpecs(config).map(({ name }) => name));
  // What is there and not computed here would be left out, and the model be another one.
  const stranger = [...places.keys()].find((name) => !known.has(name) && !SPARE.test(name));
  if (stranger !== undefined) throw unsupported(`it has a part that is not known here: '${stranger.slice(0, 80)}'`);
  for (const { name, shape } of parameterSpecs(config)) {
    const place = places.get(name);
    if (!place) throw corrupt(`it has no '${name}'`);
    const isMatrix = shape.length === 2;
    const fits = isMatrix
      ? place.rows === shape[0] && place.columns === shape[1]
      : place.rows * place.columns === shape[0] && place.type.values === 1;
    if (!fits) throw corrupt(`'${name}' is [${place.rows}, ${place.columns}], not [${shape.join(', ')}]`);
    if (isMatrix && place.columns % BLOCK !== 0) {
      throw unsupported(`the rows of '${name}' are no multiple of ${BLOCK} long`);
    }
    const end = place.start + bytesOf(place);
    if (!Number.isSafeInteger(end) || end > (files[place.file]?.bytes ?? 0)) {
      throw corrupt(`the file ends before '${name}' does; it was cut off`);
    }
  }
}

/** Reads rows of a source's parameters; one buffer for all of them. */
export class RowReader {
  private readonly handles: readonly FileHandle[];
  private raw = new Uint8Array(0);

  private constructor(handles: readonly FileHandle[]) {
    this.handles = handles;
  }

  /** Throws CodedError 'unreadable', and 'corrupt' where a file is another than the one whose header was read. */
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

  /** Values of rows `from` to `from + count`, which must be whole heads where rows are paired; to the front of `into`. */
  async read(place: TensorLocation, from: number, count: number, into: Float32Array): Promise<void> {
    const { type, columns, start, paired, times = 1 } = place;
    const rowBytes = bytesOf({ rows: 1, columns, type });
    const size = rowBytes * count;
    if (this.raw.length < size) this.raw = new Uint8Array(size);
    for (let done = 0; done < size; ) {
      const at = start + from * rowBytes + done;
      const { bytesRead } = await (this.handles[place.file] as FileHandle).read(this.raw, done, size - done, at);
      if (bytesRead === 0) throw corrupt('the file ends before its parameters do');
      done += bytesRead;
    }
    const view = new DataView(this.raw.buffer);
    const blocks = columns / type.values;
    for (let row = 0; row < count; row++) {
      type.read(view, (paired ? neighbour(row, paired) : row) * rowBytes, blocks, into, row * columns);
    }
    if (times === 1) return;
    for (let i = 0; i < count * columns; i++) into[i] = (into[i] as number) * times;
  }

  async close(): Promise<void> {
    await Promise.all(this.handles.map((handle) => handle.close()));
  }
}

/** Where a row lies among pairs: rows i and i + half of a head are neighbours there. */
function neighbour(row: number, head: number): number {
  const place = row % head;
  const half = head / 2;
  return row - place + (place < half ? 2 * place : 2 * (place - half) + 1);
}
