// Decodes a file of any size in pieces, by the rules of `decodeText`.
import { CodedError } from '../../common/errors.ts';
import { decodeText, fromWindows1252, sampleBytes, utf16Mark } from './examine.ts';
import type { FolderReader } from './folder-reader.ts';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export function notText(path: string): CodedError {
  return new CodedError(
    'unreadable',
    `${path} is not text in UTF-8, UTF-16 with a byte order mark, or Windows-1252. Save it as UTF-8.`,
  );
}

/** Reads the whole file. Throws CodedError 'unreadable', also if it is no text, and the signal's reason. */
export async function encodingOf(reader: FolderReader, path: string, signal?: AbortSignal): Promise<Encoding> {
  let [encoding, head, decoder]: [Encoding, Buffer | undefined, TextDecoder] = ['utf-8', undefined, new TextDecoder()];
  const isText = (bytes: Buffer) => decodeText(bytes) !== undefined;
  const check = (piece?: Uint8Array) => {
    try {
      if (!decoder.decode(piece, { stream: piece !== undefined }).includes('\0')) return;
    } catch {
      // With an invalid byte, the beginning is text only if it may be Windows-1252.
      const isLegacy =
        encoding === 'utf-8' && !piece?.includes(0) && isText(Buffer.concat([head as Buffer, Buffer.of(0xff)]));
      if (isLegacy) [encoding, decoder] = ['windows-1252', new TextDecoder('latin1')];
      if (isLegacy) return;
    }
    throw notText(path);
  };
  for await (const piece of reader.pieces(path)) {
    signal?.throwIfAborted();
    if (head === undefined) {
      const start = Buffer.from(piece.subarray(0, sampleBytes));
      head = start;
      // The sample may end inside a character.
      if (![0, 1, 2, 3].some((cut) => isText(start.subarray(0, start.length - cut)))) throw notText(path);
      encoding = utf16Mark(start) ?? encoding;
      decoder = new TextDecoder(encoding, { fatal: true });
    }
    check(piece);
  }
  check();
  return encoding;
}

/** Yields the text. Throws as `encodingOf` does. */
export async function* textPieces(reader: FolderReader, path: string, signal?: AbortSignal): AsyncGenerator<string> {
  const encoding = await encodingOf(reader, path, signal);
  const isLegacy = encoding === 'windows-1252';
  const decoder = new TextDecoder(isLegacy ? 'utf-8' : encoding);
  for await (const piece of reader.pieces(path)) {
    signal?.throwIfAborted();
    yield isLegacy ? fromWindows1252(Buffer.from(piece).toString('latin1')) : decoder.decode(piece, { stream: true });
  }
  yield decoder.decode();
}
