// Writes a GGUF file: metadata, tensor infos, tensors. Layout: ggml's docs/gguf.md.

/** A number that is written as f32. Plain numbers are written as u32. */
export class Real {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export type GgufValue = string | boolean | number | Real | readonly string[] | Int32Array;

export interface GgufTensor {
  readonly name: string;
  /** Slowest dimension first, as in our own code. The file has the reverse order. */
  readonly shape: readonly number[];
  /** ggml's number of the type. */
  readonly type: number;
  readonly bytes: number;
  /** Called when the tensor is written, so that one at a time is in memory. */
  readonly data: () => Uint8Array;
}

/** ggml's numbers of the types. */
export const GGML = { F32: 0, F16: 1 } as const;

// Types of metadata values.
const [U32, I32, FLOAT, BOOL, STRING, ARRAY] = [4, 5, 6, 7, 8, 9] as const;
const ALIGNMENT = 32;

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** The file's pieces in order. */
export function* ggufPieces(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Generator<Uint8Array> {
  const head = header(metadata, tensors);
  yield* head;
  const length = head.reduce((sum, piece) => sum + piece.length, 0);
  yield new Uint8Array(aligned(length) - length);
  for (const { data, bytes } of tensors) {
    yield data();
    yield new Uint8Array(aligned(bytes) - bytes);
  }
}

function header(metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Uint8Array[] {
  const parts: Uint8Array[] = [new TextEncoder().encode('GGUF')];
  const put = (size: number, write: (view: DataView) => void) => {
    const bytes = new Uint8Array(size);
    write(new DataView(bytes.buffer));
    parts.push(bytes);
  };
  const u32 = (value: number) => put(4, (view) => view.setUint32(0, value, true));
  const u64 = (value: number) => put(8, (view) => view.setBigUint64(0, BigInt(value), true));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  const typed = (value: GgufValue) => {
    if (typeof value === 'string') {
      u32(STRING);
      text(value);
    } else if (typeof value === 'boolean') {
      u32(BOOL);
      put(1, (view) => view.setUint8(0, value ? 1 : 0));
    } else if (typeof value === 'number') {
      u32(U32);
      u32(value);
    } else if (value instanceof Real) {
      u32(FLOAT);
      put(4, (view) => view.setFloat32(0, value.value, true));
    } else {
      u32(ARRAY);
      u32(value instanceof Int32Array ? I32 : STRING);
      u64(value.length);
      if (value instanceof Int32Array) for (const each of value) put(4, (view) => view.setInt32(0, each, true));
      else for (const each of value) text(each);
    }
  };
  u32(3);
  u64(tensors.length);
  u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    text(key);
    typed(value);
  }
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    text(name);
    u32(shape.length);
    for (const length of [...shape].reverse()) u64(length);
    u32(type);
    u64(offset);
    offset += aligned(bytes);
  }
  return parts;
}
