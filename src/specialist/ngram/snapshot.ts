// The specialist in one buffer: header, arrays, checksum. Loading is a few copies, no parsing of text.
// Layout, little-endian: magic 8 bytes, version u32, header length u32, header (UTF-8 JSON), padding to 4, the int32
// arrays in the header's order, and a checksum (u32) of everything before it.
import { failed, ok, type Result } from '../../common/errors.ts';
import type { ProjectArrays } from './project-index.ts';

const magic = 'EASYNGRM';
/** Raised when the layout changes, or what is redacted in the texts. */
const version = 4;
const arrayNames = ['starts', 'tokens', 'order', 'following'] as const;

export interface NgramSnapshot {
  readonly arrays: ProjectArrays;
  /** Fingerprint of the tokenizer that made the ids. */
  readonly vocabulary: string;
}

interface Header {
  readonly vocabulary: string;
  readonly paths: readonly string[];
  readonly lengths: Readonly<Record<(typeof arrayNames)[number], number>>;
}

export function writeSnapshot({ arrays, vocabulary }: NgramSnapshot): Uint8Array {
  const header: Header = {
    vocabulary,
    paths: arrays.paths,
    lengths: {
      starts: arrays.starts.length,
      tokens: arrays.tokens.length,
      order: arrays.order.length,
      following: arrays.following.length,
    },
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const arraysAt = padded(16 + text.length);
  const total = arraysAt + 4 * arrayNames.reduce((sum, name) => sum + arrays[name].length, 0) + 4;
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(8, version, true);
  view.setUint32(12, text.length, true);
  bytes.set(text, 16);
  let at = arraysAt;
  for (const name of arrayNames) {
    bytes.set(new Uint8Array(arrays[name].buffer, arrays[name].byteOffset, arrays[name].byteLength), at);
    at += arrays[name].byteLength;
  }
  view.setUint32(total - 4, checksum(bytes, total - 4), true);
  return bytes;
}

export function readSnapshot(buffer: Uint8Array): Result<NgramSnapshot> {
  // Not as a Buffer, whose slice() would share memory with the pool.
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const opened = open(bytes);
  if (!opened.ok) return opened;
  const { header, arraysAt } = opened.value;
  let at = arraysAt;
  // The arrays are copied, which also aligns them.
  const take = (name: (typeof arrayNames)[number]) => {
    const length = header.lengths[name];
    const array = new Int32Array(bytes.slice(at, at + 4 * length).buffer);
    at += 4 * length;
    return array;
  };
  const [starts, tokens, order, following] = arrayNames.map(take) as [Int32Array, Int32Array, Int32Array, Int32Array];
  const arrays = { paths: header.paths, starts, tokens, order, following };
  return ok({ arrays, vocabulary: header.vocabulary });
}

function open(bytes: Uint8Array): Result<{ header: Header; arraysAt: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20 || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) {
    return failed(
      'corrupt',
      'The stored specialist has an unknown format or is truncated. Run "Adapt to This Repo" again.',
    );
  }
  if (view.getUint32(8, true) !== version) {
    return failed(
      'other-version',
      'The stored specialist is from another version of Easy Adaptation. It is rebuilt when the folder is read, also by "Adapt to This Repo".',
    );
  }
  if (view.getUint32(bytes.length - 4, true) !== checksum(bytes, bytes.length - 4)) {
    return failed(
      'corrupt',
      'The stored specialist is damaged: its checksum is wrong. Run "Adapt to This Repo" again.',
    );
  }
  const length = view.getUint32(12, true);
  // Whole bytes of this version are as they were written.
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(16, 16 + length))) as Header;
  return ok({ header, arraysAt: padded(16 + length) });
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

/** FNV-1a over 32-bit words, then over the last bytes: finds cut and flipped bytes, at about 1 GB/s. */
function checksum(bytes: Uint8Array, length: number): number {
  const words = length >>> 2;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  const view = new Uint32Array(aligned.buffer, aligned.byteOffset, words);
  let hash = 0x811c9dc5;
  for (let i = 0; i < words; i++) hash = Math.imul(hash ^ (view[i] as number), 0x01000193);
  for (let i = words * 4; i < length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}
